/** A change of a text as a list of replacements, all in offsets of the text before, ascending. */
export interface Replacement {
  offset: number
  length: number
  text: string
}

/** What Yjs says of a change of a text. */
interface DeltaPart {
  retain?: number | undefined
  insert?: unknown
  delete?: number | undefined
}

/** Undefined when the change brings what a text cannot show: a carriage return, or no text at all. */
export function replacementsOf(delta: readonly DeltaPart[]): Replacement[] | undefined {
  const replacements: Replacement[] = []
  let offset = 0
  let open: Replacement | undefined
  for (const { retain, insert, delete: gone } of delta) {
    if (retain !== undefined) {
      offset += retain
      open = undefined
      continue
    }
    if (!open) {
      open = { offset, length: 0, text: '' }
      replacements.push(open)
    }
    if (gone !== undefined) {
      open.length += gone
      offset += gone
    } else if (typeof insert === 'string' && !insert.includes('\r')) open.text += insert
    else return undefined
  }
  return replacements
}

/**
 * Where an offset is after the change. What is put exactly at it comes `before` it or `after` it:
 * the word says on which side of the new text the offset stays.
 */
export function mapOffset(
  offset: number,
  replacements: readonly Replacement[],
  side: 'before' | 'after',
): number {
  let shift = 0
  for (const { offset: start, length, text } of replacements) {
    if (start > offset) break
    const isAtStart = start === offset
    if (isAtStart ? side === 'after' && length === 0 : start + length <= offset) {
      shift += text.length - length
      continue
    }
    return start + shift + (side === 'after' ? text.length : 0)
  }
  return offset + shift
}

/** The text after the change. */
export function applied(replacements: readonly Replacement[], text: string): string {
  let result = ''
  let from = 0
  for (const { offset, length, text: put } of replacements) {
    result += text.slice(from, offset) + put
    from = offset + length
  }
  return result + text.slice(from)
}

/** A selection in offsets; `anchor` is where it began, `head` where the caret is. */
export interface Selected {
  anchor: number
  head: number
}

/** Text that somebody puts at an edge of a selection does not join it; a caret stays before it. */
export function moveSelected(
  { anchor, head }: Selected,
  replacements: readonly Replacement[],
): Selected {
  if (anchor === head) {
    const at = mapOffset(head, replacements, 'before')
    return { anchor: at, head: at }
  }
  const isForward = anchor < head
  const [start, end] = isForward ? [anchor, head] : [head, anchor]
  const from = mapOffset(start, replacements, 'after')
  const to = Math.max(from, mapOffset(end, replacements, 'before'))
  return isForward ? { anchor: from, head: to } : { anchor: to, head: from }
}
