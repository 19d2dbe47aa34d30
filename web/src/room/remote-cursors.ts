/**
 * Where the others are. Positions are kept as offsets and move with the text, whoever changes it,
 * until their owner says something newer. Without an editor: the editor draws what is here.
 */
import type { Participant, RelayedCursor } from '../contract/events'
import { offsetAt } from './document/positions'
import type { DocumentEvent, SharedDocument } from './document/shared-document'
import { slotOf } from './room-data'

export interface RemoteCursor {
  sid: string
  name: string
  slot: number
  head: number
  /** The other end of the selection; the same as `head` without one. */
  anchor: number
  /** When this person last moved or typed, in milliseconds. */
  movedAt: number
  isAway: boolean
}

export class RemoteCursors {
  private readonly cursors = new Map<string, RemoteCursor>()
  private readonly listeners = new Set<() => void>()
  private readonly unsubscribe: () => void

  constructor(
    private readonly document: SharedDocument,
    private readonly now: () => number,
  ) {
    this.unsubscribe = document.subscribe((event) => this.follow(event))
  }

  get all(): RemoteCursor[] {
    return [...this.cursors.values()]
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  move(cursor: RelayedCursor): void {
    const { sid, lineNumber, column, selection } = cursor
    const text = this.document.text
    const head = offsetAt(text, { lineNumber, column })
    const anchor = selection ? otherEnd(text, selection, head) : head
    const known = this.cursors.get(sid)
    // The same place again only says that somebody is still there.
    const isStill = known?.head === head && known.anchor === anchor
    const movedAt = isStill ? known.movedAt : this.now()
    const { name } = cursor
    const slot = slotOf(cursor)
    this.cursors.set(sid, { sid, name, slot, head, anchor, movedAt, isAway: false })
    this.tell()
  }

  remove(sid: string): void {
    if (this.cursors.delete(sid)) this.tell()
  }

  /** Only these participants are left; after a lost connection, nobody is. */
  keepOnly(participants: readonly Participant[]): void {
    const here = new Set(participants.map(({ sid }) => sid))
    let changed = false
    for (const sid of this.cursors.keys())
      if (!here.has(sid)) changed = this.cursors.delete(sid) || changed
    if (changed) this.tell()
  }

  markAway(sids: readonly string[]): void {
    for (const [sid, cursor] of this.cursors)
      this.cursors.set(sid, { ...cursor, isAway: sids.includes(sid) })
    this.tell()
  }

  dispose(): void {
    this.unsubscribe()
    this.listeners.clear()
  }

  private follow({ change, origin }: DocumentEvent): void {
    if (this.cursors.size === 0) return
    // A remote change leaves a caret at its place behind what was inserted: most likely it is
    // that person's own typing. Own typing at somebody's caret goes behind it.
    const bias = origin === 'remote' ? 'after' : 'before'
    for (const [sid, cursor] of this.cursors) {
      const head = change.map(cursor.head, bias)
      const anchor = cursor.anchor === cursor.head ? head : change.map(cursor.anchor, bias)
      this.cursors.set(sid, { ...cursor, head, anchor })
    }
    this.tell()
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}

function otherEnd(
  text: string,
  selection: NonNullable<RelayedCursor['selection']>,
  head: number,
): number {
  const { startLineNumber, startColumn, endLineNumber, endColumn } = selection
  const start = offsetAt(text, { lineNumber: startLineNumber, column: startColumn })
  const end = offsetAt(text, { lineNumber: endLineNumber, column: endColumn })
  return head === start ? end : start
}
