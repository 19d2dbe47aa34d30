/**
 * What everybody in the room says of themselves for as long as they are there: y-protocols'
 * awareness. Each join has a number of its own, since the server binds a number to the connection
 * that brought it, and a dead connection may outlive its successor for a while.
 *
 * Ownership: owns the awareness and its timers; `leave` ends them and may be called twice.
 */
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Participant } from '../contract/events'
import type { RelativeSelection } from './document/relative'

/** What this client says. Fields `cursor` and `selection` are those of y-codemirror and y-monaco. */
interface OwnState {
  /** This and `user` are as the server has them, which would put anything else right. */
  sid: string
  user: { name: string; color: string; colorLight: string }
  cursor: RelativeSelection | null
  selection: RelativeSelection | null
  /** The client number of this participant's edits. */
  doc: number
  away?: true
}

export interface AwarenessPort {
  /** An awareness message to everybody. */
  send: (update: Uint8Array) => void
  /** Others' states have changed. */
  changed: (clients: readonly number[]) => void
}

/** Where the caret is, and in which replica. */
export interface OwnCaret {
  at: RelativeSelection | null
  doc: number
}

interface Changes {
  added: number[]
  updated: number[]
  removed: number[]
}

/** How much of a colour y-codemirror puts behind a selection: 20 %. */
const lightSuffix = '33'

export class RoomAwareness {
  private awareness: Awareness | undefined
  private me: Participant | undefined
  private caret: OwnCaret = { at: null, doc: 0 }
  private isAway = false

  constructor(private readonly port: AwarenessPort) {}

  /** What the others say, by their numbers. */
  get others(): ReadonlyMap<number, unknown> {
    const others = new Map<number, unknown>(this.awareness?.getStates() ?? [])
    if (this.awareness) others.delete(this.awareness.clientID)
    return others
  }

  /** In the room, as somebody new to the others. */
  join(me: Participant): void {
    this.leave()
    this.me = me
    this.awareness = new Awareness(new Y.Doc())
    this.awareness.on('update', this.onUpdate)
    this.say()
  }

  /** Out of the room, or without a connection: nobody is heard any more. */
  leave(): void {
    const before = this.awareness
    this.awareness = undefined
    if (!before) return
    const clients = [...before.getStates().keys()]
    before.off('update', this.onUpdate)
    before.destroy()
    before.doc.destroy()
    this.port.changed(clients)
  }

  /** Others' typing moves a caret about, but not away from its letter: that is nothing new. */
  move(caret: OwnCaret): void {
    const isSame = isSamePlace(caret, this.caret)
    this.caret = caret
    if (!isSame) this.say()
  }

  setAway(isAway: boolean): void {
    if (this.isAway === isAway) return
    this.isAway = isAway
    this.say()
  }

  /** Says the same again: a sign of life. */
  renew(): void {
    this.say()
  }

  /** The page goes: the caret must not stay behind. */
  hide(): void {
    this.awareness?.setLocalState(null)
  }

  receive(update: Uint8Array): void {
    if (!this.awareness) return
    try {
      applyAwarenessUpdate(this.awareness, update, this.port)
    } catch {
      // What cannot be read says nothing; the next message says it anew.
    }
  }

  private say(): void {
    this.awareness?.setLocalState(this.state())
  }

  private state(): OwnState | null {
    if (!this.me) return null
    const { sid, name, color } = this.me
    const { at, doc } = this.caret
    return {
      sid,
      user: { name, color, colorLight: `${color}${lightSuffix}` },
      cursor: at,
      selection: at,
      doc,
      ...(this.isAway ? { away: true } : {}),
    }
  }

  private readonly onUpdate = (changes: Changes, origin: unknown): void => {
    const { awareness } = this
    if (!awareness) return
    const clients = [...changes.added, ...changes.updated, ...changes.removed]
    // Also when somebody else has declared this client gone: the answer is that it is not.
    if (clients.includes(awareness.clientID))
      this.port.send(encodeAwarenessUpdate(awareness, [awareness.clientID]))
    const others = clients.filter((client) => client !== awareness.clientID)
    if (others.length > 0 && origin !== 'local') this.port.changed(others)
  }
}

function isSamePlace(a: OwnCaret, b: OwnCaret): boolean {
  if (a.doc !== b.doc || !a.at || !b.at) return false
  return (
    Y.compareRelativePositions(a.at.anchor, b.at.anchor) &&
    Y.compareRelativePositions(a.at.head, b.at.head)
  )
}
