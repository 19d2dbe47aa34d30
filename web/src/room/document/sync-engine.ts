/**
 * Keeps one replica in step with the server's, and knows which local changes the server has not
 * acknowledged. It acknowledges after its commit, so what is acknowledged is saved.
 *
 * On every (re)join both sides say what they have (step 1) and get what they lack (step 2); after
 * that each change is an update of its own. Changes made without a connection need no list: they
 * are in the document, and the next step 2 brings them.
 *
 * No sockets and no clock of its own; messages leave through the port. `dispose` may be called
 * twice.
 */
import * as Y from 'yjs'
import type { Problem } from '../../contract/events'
import type { Ack } from '../../contract/parse'
import type { YMessage } from './messages'

export interface SyncPort {
  /** `onAnswer` is called at most once; never for a connection that is lost meanwhile. */
  send: (message: YMessage, onAnswer?: (answer: Ack) => void) => void
  now: () => number
  /** What is acknowledged has changed, or what was asked has been answered. */
  changed: () => void
  /** The server's document, as it was when asked, is in the replica. */
  synced: () => void
  /** The server will not have what is in this replica. Nothing is sent from here on. */
  refused: (problem: Problem) => void
}

interface Sent {
  update: Uint8Array
  /** How many of the person's changes are in it; none when it only repeats what others did. */
  changes: number
  /** When the oldest of them was made. */
  since: number
}

/** The change itself was all right; it only came at the wrong moment. */
const mayBeTriedAgain = ['rate_limited', 'not_joined', 'store_unavailable', 'internal']
/** What the server sends makes no sense. */
export const malformed = 'malformed_update'
const firstRetryMs = 1_000
const lastRetryMs = 10_000
/** Single updates are bounded to 1 MiB by the server, step 2 to 4 MiB; both are applied alike. */
const updateBytesMax = 1_000_000

export class SyncEngine {
  private phase: 'offline' | 'joining' | 'online' | 'stopped' = 'offline'
  private unsent = { changes: 0, since: 0 }
  /** In the order in which they were sent. */
  private readonly inFlight = new Set<Sent>()
  private toRepeat: Sent[] = []
  private retries = 0
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private askedAt: number | undefined

  constructor(
    private readonly doc: Y.Doc,
    private readonly port: SyncPort,
  ) {
    doc.on('update', this.onUpdate)
  }

  /** How many local changes the server has not acknowledged. */
  get unacknowledged(): number {
    return this.waiting().reduce((sum, { changes }) => sum + changes, 0)
  }

  /** When the oldest of them was made. */
  get unacknowledgedSince(): number | undefined {
    const times = this.waiting().flatMap(({ changes, since }) => (changes > 0 ? [since] : []))
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Since when it is not known whether the server has more than this replica. */
  get askingSince(): number | undefined {
    return this.askedAt
  }

  /** The room is joined: both sides now say what they have. */
  connect(): void {
    if (this.phase === 'stopped') return
    this.phase = 'joining'
    this.ask()
  }

  /** Asks the server for whatever this replica may have missed. */
  ask(): void {
    if (this.phase === 'stopped' || this.phase === 'offline') return
    this.askedAt = this.port.now()
    this.port.send({ kind: 'step-1', stateVector: Y.encodeStateVector(this.doc) })
  }

  /** The connection is gone: whatever was on its way may have arrived or not. */
  disconnect(): void {
    if (this.phase === 'stopped') return
    this.phase = 'offline'
    this.askedAt = undefined
    const lost = this.waiting()
    this.clear()
    for (const { changes, since } of lost) this.hold(changes, since)
  }

  receive(message: Exclude<YMessage, { kind: 'awareness' }>): void {
    if (this.phase === 'stopped') return
    if (message.kind === 'step-1') {
      this.answer(message.stateVector)
      return
    }
    try {
      Y.applyUpdate(this.doc, message.update, this)
    } catch {
      this.stop({ code: malformed, message: '' })
      return
    }
    if (message.kind === 'step-2') this.onStep2()
  }

  dispose(): void {
    this.phase = 'stopped'
    this.clear()
    this.doc.off('update', this.onUpdate)
  }

  private readonly onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return
    const now = this.port.now()
    if (this.phase === 'online') this.transmit({ update, changes: 1, since: now })
    else this.hold(1, now)
    this.port.changed()
  }

  private answer(stateVector: Uint8Array): void {
    let update: Uint8Array
    try {
      update = Y.encodeStateAsUpdate(this.doc, stateVector)
    } catch {
      this.stop({ code: malformed, message: '' })
      return
    }
    this.phase = 'online'
    const { changes, since } = this.unsent
    this.unsent = { changes: 0, since: 0 }
    this.transmit({ update, changes, since }, 'step-2')
  }

  private onStep2(): void {
    // A server that has not asked yet: it gets everything, and sorts out what it knows.
    if (this.phase === 'joining' && this.unsent.changes > 0)
      this.answer(Y.encodeStateVector(new Y.Doc()))
    this.phase = 'online'
    this.askedAt = undefined
    this.port.synced()
    this.port.changed()
  }

  private transmit(sent: Sent, kind: 'step-2' | 'update' = 'update'): void {
    this.inFlight.add(sent)
    const isLarge = sent.update.length > updateBytesMax
    this.port.send({ kind: isLarge ? 'step-2' : kind, update: sent.update }, (answer) =>
      this.onAnswer(sent, answer),
    )
  }

  private onAnswer(sent: Sent, answer: Ack): void {
    // Not there any more: its connection was lost, or this replica is given up.
    if (!this.inFlight.delete(sent)) return
    if (answer.ok) this.retries = 0
    else if (mayBeTriedAgain.includes(answer.error.code)) this.repeatLater(sent)
    // What only repeats others' changes, a viewer's answer say, is no loss when nobody wants it.
    else if (sent.changes > 0) {
      this.inFlight.add(sent)
      this.stop(answer.error)
    }
    this.port.changed()
  }

  private repeatLater(sent: Sent): void {
    this.toRepeat.push(sent)
    if (this.retryTimer !== undefined) return
    const delay = Math.min(lastRetryMs, firstRetryMs * 2 ** this.retries++)
    this.retryTimer = setTimeout(() => {
      this.retryTimer = undefined
      const again = this.toRepeat
      this.toRepeat = []
      this.transmit({
        update: Y.mergeUpdates(again.map(({ update }) => update)),
        changes: again.reduce((sum, { changes }) => sum + changes, 0),
        since: Math.min(...again.map(({ since }) => since)),
      })
    }, delay)
  }

  /** Keeps counting what is unacknowledged, but has no more to do with the server. */
  private stop(problem: Problem): void {
    if (this.phase === 'stopped') return
    this.phase = 'stopped'
    this.askedAt = undefined
    clearTimeout(this.retryTimer)
    this.port.refused(problem)
  }

  private waiting(): { changes: number; since: number }[] {
    return [...this.inFlight, ...this.toRepeat, this.unsent]
  }

  private clear(): void {
    this.inFlight.clear()
    this.toRepeat = []
    this.unsent = { changes: 0, since: 0 }
    clearTimeout(this.retryTimer)
    this.retryTimer = undefined
  }

  private hold(changes: number, since: number): void {
    if (changes === 0) return
    this.unsent = {
      since: this.unsent.changes === 0 ? since : Math.min(this.unsent.since, since),
      changes: this.unsent.changes + changes,
    }
  }
}
