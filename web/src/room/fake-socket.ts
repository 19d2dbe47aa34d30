/** A socket without a network, for tests: they say what the server does, and see what it got. */
import type { ClientEventName, ServerEventName } from '../contract/events'
import type { Answer, SocketHandlers, SocketPort } from './socket-port'

export interface Sent {
  event: ClientEventName
  payload: unknown
  /** Answers the request; absent for events that asked for none. */
  answer?: (answer: unknown) => void
}

export class FakeSocket implements SocketPort {
  connected = false
  connects = 0
  closed = false
  readonly sent: Sent[] = []
  /** What waits for an answer, and whether it learns of a connection that is lost. */
  private readonly open = new Map<(answer: Answer) => void, boolean>()

  constructor(private readonly handlers: SocketHandlers) {}

  connect(): void {
    this.connects++
  }

  drop(): void {
    if (this.connected) this.lose()
  }

  emit(event: ClientEventName, payload: unknown): void {
    if (this.connected) this.sent.push({ event, payload })
  }

  request(
    event: ClientEventName,
    payload: unknown,
    timeoutMs: number,
    done: (answer: Answer) => void,
  ): void {
    if (!this.connected) {
      done({ arrived: false })
      return
    }
    const finish = (answer: Answer) => {
      clearTimeout(timer)
      if (this.open.delete(finish)) done(answer)
    }
    const isHurried = timeoutMs < Infinity
    const timer = isHurried ? setTimeout(() => finish({ arrived: false }), timeoutMs) : undefined
    this.open.set(finish, isHurried)
    const answer = (value: unknown) => {
      this.handlers.heard()
      finish({ arrived: true, answer: value })
    }
    this.sent.push({ event, payload, answer })
  }

  close(): void {
    this.closed = true
    this.connected = false
  }

  /** What the server, or the network, does. */
  accept(): void {
    this.connected = true
    this.handlers.connected()
  }

  refuse(code: string): void {
    this.handlers.refused(code)
  }

  fail(): void {
    this.handlers.unreachable()
  }

  lose(how: { byServer?: boolean; restarting?: boolean } = {}): void {
    this.connected = false
    for (const [finish, isHurried] of [...this.open]) {
      if (isHurried) finish({ arrived: false })
      this.open.delete(finish)
    }
    this.handlers.disconnected({ byServer: false, restarting: false, ...how })
  }

  receive(name: ServerEventName, payload: unknown): void {
    this.handlers.heard()
    this.handlers.event(name, payload)
  }

  last(event: ClientEventName): Sent | undefined {
    return this.sent.findLast((entry) => entry.event === event)
  }

  count(event: ClientEventName): number {
    return this.sent.filter((entry) => entry.event === event).length
  }
}
