/** Between offsets (UTF-16 units from the start) and lines and columns (from 1), for LF texts. */
import type { Change, Range } from '../../contract/events'
import { ChangeSet } from './change-set'
import type { Replacement } from './change-set'

export interface Position {
  lineNumber: number
  column: number
}

/** A position outside the text becomes the nearest one inside, as Monaco does it. */
export function offsetAt(text: string, { lineNumber, column }: Position): number {
  let start = 0
  for (let line = 1; line < lineNumber; line++) {
    const end = text.indexOf('\n', start)
    if (end < 0) return text.length
    start = end + 1
  }
  const end = text.indexOf('\n', start)
  return Math.min(start + Math.max(0, column - 1), end < 0 ? text.length : end)
}

/** The positions of ascending offsets, in one pass. */
export function positionsAt(text: string, offsets: readonly number[]): Position[] {
  let lineNumber = 1
  let start = 0
  let end = text.indexOf('\n')
  return offsets.map((offset) => {
    while (end >= 0 && end < offset) {
      lineNumber++
      start = end + 1
      end = text.indexOf('\n', start)
    }
    return { lineNumber, column: offset - start + 1 }
  })
}

/** As Monaco would report it: positions of the text before, from its end to its start. */
export function toChanges(change: ChangeSet, before: string): Change[] {
  const replacements = change.replacements()
  const ends = replacements.flatMap(({ offset, length }) => [offset, offset + length])
  const positions = positionsAt(before, ends)
  return replacements
    .map(({ offset, length, text }, index): Change => {
      const start = positions[2 * index]
      const end = positions[2 * index + 1]
      if (!start || !end) throw new RangeError('a position for every offset')
      return { range: rangeOf(start, end), rangeOffset: offset, rangeLength: length, text }
    })
    .reverse()
}

function rangeOf(start: Position, end: Position): Range {
  return {
    startLineNumber: start.lineNumber,
    startColumn: start.column,
    endLineNumber: end.lineNumber,
    endColumn: end.column,
  }
}

/** Changes of one Monaco event: all of them in positions of the text before. */
export function fromOwnChanges(changes: readonly Change[], length: number): ChangeSet {
  return ChangeSet.of(
    length,
    changes.map(({ rangeOffset, rangeLength, text }): Replacement => ({
      offset: rangeOffset,
      length: rangeLength,
      text,
    })),
  )
}

/**
 * Changes that came over the wire, to be applied in order. Their ranges count, clamped to the
 * text, since that is how every client of the contract applies them.
 */
export function fromRelayedChanges(changes: readonly Change[], before: string): ChangeSet {
  let all = ChangeSet.identity(before.length)
  let text = before
  for (const { range, text: inserted } of changes) {
    const start = offsetAt(text, { lineNumber: range.startLineNumber, column: range.startColumn })
    const end = offsetAt(text, { lineNumber: range.endLineNumber, column: range.endColumn })
    const [offset, length] = [Math.min(start, end), Math.abs(end - start)]
    const one = ChangeSet.of(text.length, [
      { offset, length, text: inserted.replace(/\r\n?/g, '\n') },
    ])
    text = one.apply(text)
    all = all.compose(one)
  }
  return all
}
