/**
 * Carets and selections that hold while others type: Yjs' relative positions, which name a letter
 * and a side of it. A caret stays before what somebody puts at it, and nothing that is put at the
 * edge of a selection joins it.
 */
import * as Y from 'yjs'
import type { Selected } from './replacements'

export interface RelativeSelection {
  anchor: Y.RelativePosition
  head: Y.RelativePosition
}

const leftLetter = -1
const rightLetter = 0

export function toRelative(code: Y.Text, { anchor, head }: Selected): RelativeSelection {
  const at = (offset: number, side: number) =>
    Y.createRelativePositionFromTypeIndex(code, offset, side)
  if (anchor === head) {
    const caret = at(head, leftLetter)
    return { anchor: caret, head: caret }
  }
  const isForward = anchor < head
  return {
    anchor: at(anchor, isForward ? rightLetter : leftLetter),
    head: at(head, isForward ? leftLetter : rightLetter),
  }
}

/** Undefined when one end is not known here, or not yet. */
export function toOffsets(code: Y.Text, selection: RelativeSelection): Selected | undefined {
  const anchor = offsetOf(code, selection.anchor)
  const head = offsetOf(code, selection.head)
  return anchor === undefined || head === undefined ? undefined : { anchor, head }
}

/** What another client claims to be a position: anything, until proven. */
export function parseRelative(claimed: unknown): RelativeSelection | undefined {
  if (typeof claimed !== 'object' || claimed === null) return undefined
  const { anchor, head } = claimed as Record<string, unknown>
  const [from, to] = [parsePosition(anchor), parsePosition(head)]
  return from && to && { anchor: from, head: to }
}

function offsetOf(code: Y.Text, position: Y.RelativePosition): number | undefined {
  const { doc } = code
  if (!doc) return undefined
  try {
    const absolute = Y.createAbsolutePositionFromRelativePosition(position, doc)
    return absolute?.type === code ? absolute.index : undefined
  } catch {
    // An id that was made up may lead nowhere in ways that Yjs does not expect.
    return undefined
  }
}

function parsePosition(claimed: unknown): Y.RelativePosition | undefined {
  if (typeof claimed !== 'object' || claimed === null) return undefined
  const { type, tname, item, assoc } = claimed as Record<string, unknown>
  const [typeId, itemId] = [parseId(type), parseId(item)]
  // Asking Yjs for a root that is not there would make one.
  if (!typeId && !itemId && tname !== 'code') return undefined
  const side = typeof assoc === 'number' ? assoc : rightLetter
  return new Y.RelativePosition(typeId, tname === 'code' ? tname : null, itemId, side)
}

function parseId(claimed: unknown): Y.ID | null {
  if (typeof claimed !== 'object' || claimed === null) return null
  const { client, clock } = claimed as Record<string, unknown>
  if (!Number.isSafeInteger(client) || !Number.isSafeInteger(clock)) return null
  return Y.createID(client as number, clock as number)
}
