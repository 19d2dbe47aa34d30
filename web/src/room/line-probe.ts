/**
 * Finds out how long the server takes to answer, and whether the line is alive at all. It needs no
 * message of its own: awareness is said again and again, and now and then with a question whether
 * it has arrived.
 *
 * Ownership: owns its timers; `dispose` ends them and may be called twice.
 */
import { RoundTrip } from './round-trip'
import type { SocketPort } from './socket-port'

export interface ProbePort {
  socket: () => SocketPort
  /** Own changes are unacknowledged: then it has to be known sooner whether anybody listens. */
  isWaiting: () => boolean
  /** Says what it has to say once more, which comes here as a packet. */
  renew: () => void
  measured: (ms: number) => void
  /** Nobody has answered. */
  dead: () => void
}

const probeEveryMs = 10_000
const probeWhileWaitingMs = 2_000
const probeTimeoutMs = 10_000
const checkAgainAfterMs = 1_000

export class LineProbe {
  private readonly roundTrip = new RoundTrip()
  private askedAt = -Infinity
  private every: ReturnType<typeof setInterval> | undefined
  private again: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly port: ProbePort) {}

  start(): void {
    this.every = setInterval(() => this.port.renew(), probeEveryMs)
  }

  dispose(): void {
    clearInterval(this.every)
    clearTimeout(this.again)
  }

  /** A `yjs` packet on its way out; asks for an answer if it is time for one. */
  send(packet: Uint8Array): void {
    const socket = this.port.socket()
    const now = Date.now()
    const pauseMs = this.port.isWaiting() ? probeWhileWaitingMs : probeEveryMs / 2
    if (now - this.askedAt < pauseMs) {
      socket.emit('yjs', packet)
      return
    }
    this.askedAt = now
    const sentAt = performance.now()
    socket.request('yjs', packet, probeTimeoutMs, (answer) => {
      if (answer.arrived) this.onAnswer(Math.round(performance.now() - sentAt))
      else if (socket.connected) this.port.dead()
    })
  }

  /** While something waits: asks if it is time, and says when it will be again. */
  askWhileWaiting(now: number): number {
    const isDue = now - this.askedAt >= probeWhileWaitingMs
    const next = Math.max(now, this.askedAt) + probeWhileWaitingMs
    if (isDue) this.port.renew()
    return next
  }

  private onAnswer(ms: number): void {
    const { shownMs, isDoubtful } = this.roundTrip.measured(ms)
    this.port.measured(shownMs)
    if (!isDoubtful) return
    clearTimeout(this.again)
    this.again = setTimeout(() => {
      this.askedAt = -Infinity
      this.port.renew()
    }, checkAgainAfterMs)
  }
}
