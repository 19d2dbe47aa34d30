/**
 * Being in the room: membership over HTTP, then the socket, then `join`; and coming back whenever
 * the connection is lost, until the server says that there is nothing to come back to.
 */
import type { ApiResult } from '../api/http'
import type { ServerEventName } from '../contract/events'
import { parseAck } from '../contract/parse'
import type { JoinAnswer } from '../contract/rest'
import type { EndReason, LinkEvent } from './link'
import { retryDelay } from './retry'
import type { Answer, Ending, SocketPort } from './socket-port'
import { watchStalls } from './stall-watch'
import type { OpenSocket } from './stall-watch'

export interface ConnectionOptions {
  roomId: string
  open: OpenSocket
  /** Makes the person a member, where the room allows it. */
  joinOverHttp: () => Promise<ApiResult<JoinAnswer>>
  /** Whether the room is still there for this person. */
  look: () => Promise<ApiResult<unknown>>
  onLink: (event: LinkEvent) => void
  onEvent: (name: ServerEventName, payload: unknown) => void
  random: () => number
}

const joinTimeoutMs = 15_000
const fullRetryMs = 10_000
/** Failures of the handshake that a fresh token may cure, once. */
const tokenCodes = ['missing_token', 'invalid_token', 'token_expired']

export class RoomConnection {
  readonly socket: SocketPort
  private isMember = false
  private isAsking = false
  private isJoining = false
  private attempt = 0
  private refusals = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private isOver = false
  private isDisposed = false

  constructor(private readonly options: ConnectionOptions) {
    const handlers = {
      connected: () => this.join(),
      refused: (code: string) => this.refused(code),
      unreachable: () => this.retry(),
      heard: () => undefined,
      disconnected: (how: Ending) => this.disconnected(how),
      event: (name: ServerEventName, payload: unknown) => this.event(name, payload),
    }
    const isOnline = () => navigator.onLine
    this.socket = watchStalls(options.open, handlers, isOnline, () => Date.now())
  }

  start(): void {
    this.enter()
  }

  /** The document has arrived: whatever failed before is over. */
  synced(): void {
    this.attempt = 0
    this.refusals = 0
    this.options.onLink({ type: 'synced', at: Date.now() })
  }

  /** Ends the wait for the next attempt; without one that waits, nothing happens. */
  retryNow(): void {
    if (this.isOver || this.timer === undefined) return
    clearTimeout(this.timer)
    this.timer = undefined
    this.options.onLink({ type: 'retrying', at: undefined })
    this.enter()
  }

  /** Somebody is signed in again, after the session was over. */
  resume(): void {
    if (!this.isOver || this.isDisposed) return
    this.isOver = false
    this.refusals = 0
    this.attempt = 0
    this.enter()
  }

  /** The connection is of no use any more. */
  drop(): void {
    this.socket.drop()
  }

  dispose(): void {
    this.isDisposed = true
    this.isOver = true
    clearTimeout(this.timer)
    this.socket.close()
  }

  private enter(): void {
    // Membership and the socket's own handshake take a round trip each: both at once.
    if (this.socket.connected) this.join()
    else this.socket.connect()
    if (!this.isMember && !this.isAsking) void this.becomeMember()
  }

  private async becomeMember(): Promise<void> {
    this.isAsking = true
    const result = await this.options.joinOverHttp()
    this.isAsking = false
    if (this.hasEnded()) return
    if (result.ok) {
      this.isMember = true
      this.join()
      return
    }
    const { status } = result.error
    if (status === 401) this.end('session-over')
    else if (isGone(status)) this.end('not-found')
    else this.retry()
  }

  private join(): void {
    if (!this.isMember || !this.socket.connected || this.isJoining || this.isOver) return
    this.isJoining = true
    const payload = { room_id: this.options.roomId, sync: 'yjs' as const }
    this.socket.request('join', payload, joinTimeoutMs, (answer) => this.joined(answer))
  }

  private joined(answer: Answer): void {
    this.isJoining = false
    if (this.isOver) return
    if (!answer.arrived) {
      this.socket.drop()
      return
    }
    const ack = parseAck(answer.answer)
    if (ack.ok) return
    const { code } = ack.error
    if (code === 'room_not_found' || code === 'not_found' || code === 'forbidden')
      this.end('not-found')
    else if (code === 'room_full') this.waitForPlace()
    else this.socket.drop()
  }

  private event(name: ServerEventName, payload: unknown): void {
    if (name === 'room-closed') this.end(isRemoval(payload) ? 'removed' : 'deleted')
    this.options.onEvent(name, payload)
  }

  private refused(code: string): void {
    if (!tokenCodes.includes(code)) {
      this.retry()
      return
    }
    this.refusals++
    if (this.refusals > 1) this.end('session-over')
    else this.retry()
  }

  private disconnected({ byServer, restarting }: Ending): void {
    if (this.isOver) return
    this.options.onLink({ type: 'lost', at: Date.now(), restarting })
    if (byServer) void this.askWhy()
    else this.retry()
  }

  /** The server ended the connection on purpose: removed, deleted, or only a token that ran out. */
  private async askWhy(): Promise<void> {
    const result = await this.options.look()
    if (this.hasEnded()) return
    if (!result.ok && result.error.status === 401) this.end('session-over')
    else if (!result.ok && isGone(result.error.status)) this.end('removed')
    else this.retry()
  }

  /** A call, since the compiler believes that fields stay as they are over an `await`. */
  private hasEnded(): boolean {
    return this.isOver
  }

  private retry(): void {
    if (this.isOver || this.timer !== undefined) return
    const delay = retryDelay(this.attempt++, this.options.random())
    this.options.onLink({ type: 'retrying', at: Date.now() + delay })
    this.wait(delay)
  }

  private waitForPlace(): void {
    this.options.onLink({ type: 'ended', reason: 'full' })
    this.wait(fullRetryMs)
  }

  private wait(delay: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.options.onLink({ type: 'retrying', at: undefined })
      this.enter()
    }, delay)
  }

  private end(reason: EndReason): void {
    if (this.isOver) return
    this.isOver = true
    clearTimeout(this.timer)
    this.timer = undefined
    if (reason === 'session-over') this.socket.drop()
    else this.dispose()
    this.options.onLink({ type: 'ended', reason })
  }
}

/** Somebody else's private room, an unknown one and a forbidden one look the same. */
function isGone(status: number): boolean {
  return status === 404 || status === 403
}

function isRemoval(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'reason' in payload
    ? payload.reason === 'removed'
    : false
}
