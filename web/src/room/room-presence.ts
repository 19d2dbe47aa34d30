/**
 * Being seen in the room and seeing the others: the own caret on its way out, the others' on their
 * way in, and who looks away.
 *
 * Ownership: owns awareness, cursors and timers; `dispose` ends them and may be called twice.
 */
import type { Participant } from '../contract/events'
import { RemoteCursors } from './remote-cursors'
import { RoomAwareness } from './room-awareness'
import type { OwnCaret } from './room-awareness'
import { Throttle } from './throttle'

export interface PresencePort {
  send: (update: Uint8Array) => void
  now: () => number
  /** Who is away has changed. */
  changed: () => void
}

const caretIntervalMs = 100
/** Nobody has looked at a page for this long: its person is away. */
const awayAfterMs = 60_000

export class RoomPresence {
  readonly cursors: RemoteCursors
  private readonly awareness: RoomAwareness
  private readonly carets: Throttle<OwnCaret>
  private readonly awaySids = new Set<string>()
  private awayTimer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly port: PresencePort) {
    this.cursors = new RemoteCursors(port.now)
    this.awareness = new RoomAwareness({
      send: port.send,
      changed: (clients) => this.hear(clients),
    })
    this.carets = new Throttle(caretIntervalMs, (caret) => this.awareness.move(caret))
  }

  /** Sockets whose person is away. */
  get away(): string[] {
    return [...this.awaySids].sort()
  }

  join(me: Participant): void {
    this.awareness.join(me)
  }

  leave(): void {
    this.awareness.leave()
    this.awaySids.clear()
    this.port.changed()
  }

  receive(update: Uint8Array): void {
    this.awareness.receive(update)
  }

  setParticipants(participants: readonly Participant[]): void {
    this.cursors.setParticipants(participants)
    const here = new Set(participants.map(({ sid }) => sid))
    for (const sid of this.awaySids) if (!here.has(sid)) this.awaySids.delete(sid)
    this.port.changed()
  }

  /** At most each 100 ms, the last one always. */
  move(caret: OwnCaret): void {
    this.carets.push(caret)
  }

  /** A sign of life, which the server answers. */
  renew(): void {
    this.awareness.renew()
  }

  /** Whether somebody can see this page. */
  look(isVisible: boolean): void {
    clearTimeout(this.awayTimer)
    if (isVisible) this.awareness.setAway(false)
    else this.awayTimer = setTimeout(() => this.awareness.setAway(true), awayAfterMs)
  }

  /** The page goes, for good or into the browser's cache. */
  hide(): void {
    this.awareness.hide()
  }

  dispose(): void {
    clearTimeout(this.awayTimer)
    this.carets.dispose()
    this.awareness.leave()
    this.cursors.dispose()
  }

  private hear(clients: readonly number[]): void {
    const states = this.awareness.others
    // Each `sid` is the server's word, not its sender's.
    for (const client of clients) {
      const state = states.get(client) as { sid?: unknown; away?: unknown } | null | undefined
      // A page that sleeps may be too slow to renew what it says; it has said that it is away.
      if (typeof state?.sid !== 'string') continue
      if (state.away === true) this.awaySids.add(state.sid)
      else this.awaySids.delete(state.sid)
    }
    this.cursors.update(clients, states)
    this.port.changed()
  }
}
