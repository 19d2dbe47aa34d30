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
  private readonly open = new Set<(answer: Answer) => void>()

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
    const timer = setTimeout(() => finish({ arrived: false }), timeoutMs)
    this.open.add(finish)
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
    for (const finish of [...this.open]) finish({ arrived: false })
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
