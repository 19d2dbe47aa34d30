/**
 * One room as this browser has it: its text, its people, its run, its connection. Plain
 * TypeScript; React draws what `getState` says. One object for each room, see `room-sessions`.
 *
 * Ownership: owns its socket and timers; `dispose` ends them and may be called twice.
 */
import type { ApiResult } from '../api/http'
import type { ClientPayload, Problem, ServerEventName, ServerPayload } from '../contract/events'
import { parseAck, parseServerEvent } from '../contract/parse'
import type { Ack } from '../contract/parse'
import type { JoinAnswer, Room } from '../contract/rest'
import { SharedDocument } from './document/shared-document'
import type { Packet } from './document/shared-document'
import { indicatorOf, initialLink, nextIndicatorChange, reduceLink } from './link'
import type { Indicator, Link, LinkEvent } from './link'
import { Presence } from './presence'
import { RemoteCursors } from './remote-cursors'
import { RoomConnection } from './room-connection'
import { initialRoomData, reduceRoom } from './room-data'
import type { RoomData, RoomEvent } from './room-data'
import { uploadMs, unitsIn } from './stall-watch'
import type { OpenSocket } from './stall-watch'
import { Throttle } from './throttle'

/** Something the person should know once. `text` is what the room's text was here. */
export type Notice =
  { kind: 'drifted'; text: string } | { kind: 'too-large'; units: number; limit: number }

export interface RoomSessionState {
  data: RoomData
  link: Link
  indicator: Indicator
  /** Own changes that the server has not acknowledged. */
  unacknowledged: number
  /** Round trip to the server in milliseconds, once it is known. */
  roundTripMs: number | undefined
  /** Sockets of others that have given no sign for a while. */
  away: readonly string[]
  notice: Notice | undefined
}

export interface RoomSessionOptions {
  roomId: string
  openSocket: OpenSocket
  joinOverHttp: () => Promise<ApiResult<JoinAnswer>>
  fetchRoom: () => Promise<ApiResult<Room>>
  /** Calls back with each new token; returns what ends that. */
  onTokenRefreshed: (listener: (token: string) => void) => () => void
  random: () => number
}

export type Caret = Omit<ClientPayload<'cursor'>, 'userId'>
type Listener = () => void
type EventListener = (event: RoomEvent) => void

const requestTimeoutMs = 20_000
const caretIntervalMs = 100
const probeEveryMs = 10_000
const rejoinAfterMs = 1_000
const refetchAfterMs = 300
/** A round trip longer than this is measured once more before anybody calls it slow. */
const doubtedMs = 150
const checkAgainAfterMs = 1_000
/** Hidden for this long, a tab does not tell newcomers where its caret is. */
const hiddenMaxMs = 60_000

export class RoomSession {
  readonly roomId: string
  readonly document: SharedDocument
  readonly cursors: RemoteCursors
  private readonly connection: RoomConnection
  private readonly listeners = new Set<Listener>()
  private readonly eventListeners = new Set<EventListener>()
  private readonly carets: Throttle<Caret>
  private readonly stops: (() => void)[] = []
  private readonly settledWaiters = new Set<() => void>()
  private caret: Caret | undefined
  private probedAt = -Infinity
  private lastRoundTripMs: number | undefined
  private checkTimer: ReturnType<typeof setTimeout> | undefined
  private readonly presence = new Presence()
  private presenceTimer: ReturnType<typeof setTimeout> | undefined
  private hiddenAt: number | undefined
  private unacknowledgedSince: number | undefined
  private indicatorTimer: ReturnType<typeof setTimeout> | undefined
  private probeTimer: ReturnType<typeof setInterval> | undefined
  private refetchTimer: ReturnType<typeof setTimeout> | undefined
  private rejoinTimer: ReturnType<typeof setTimeout> | undefined
  private malformed: string[] = []
  private state: RoomSessionState = {
    data: initialRoomData,
    link: initialLink,
    indicator: 'loading',
    unacknowledged: 0,
    roundTripMs: undefined,
    away: [],
    notice: undefined,
  }

  constructor(private readonly options: RoomSessionOptions) {
    this.roomId = options.roomId
    const prefix = Math.floor(options.random() * 36 ** 8).toString(36)
    this.document = new SharedDocument((packet) => this.sendPacket(packet), prefix)
    this.cursors = new RemoteCursors(this.document, () => Date.now())
    this.carets = new Throttle(caretIntervalMs, (caret) => this.sendCaret(caret))
    this.connection = new RoomConnection({
      roomId: options.roomId,
      open: options.openSocket,
      joinOverHttp: options.joinOverHttp,
      look: options.fetchRoom,
      onLink: (event) => this.onLink(event),
      onEvent: (name, payload) => this.onServerEvent(name, payload),
      random: options.random,
    })
    this.stops.push(this.document.subscribe(() => this.refresh()))
  }

  start(): void {
    this.connection.start()
    this.stops.push(
      this.options.onTokenRefreshed((token) => {
        if (this.isSynced) void this.request('refresh', { token })
      }),
      listen(window, 'online', () => this.onReturn()),
      listen(window, 'offline', () => {
        this.refresh()
        this.probe()
      }),
      listen(document, 'visibilitychange', () => {
        if (document.hidden) this.onHide()
        else this.onReturn()
      }),
    )
    this.probeTimer = setInterval(() => this.probe(), probeEveryMs)
    void this.refetch()
  }

  readonly getState = (): RoomSessionState => this.state

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Every event of the room after it has taken effect; for what is said aloud. */
  onEvent(listener: EventListener): () => void {
    this.eventListeners.add(listener)
    return () => this.eventListeners.delete(listener)
  }

  get isSynced(): boolean {
    return this.state.link.phase === 'synced'
  }

  /** What was ignored because it did not make sense; for a look from the console. */
  get ignored(): readonly string[] {
    return this.malformed
  }

  retryNow(): void {
    this.connection.retryNow()
  }

  /** Somebody is signed in again; nothing happens unless the room was left for that reason. */
  resume(): void {
    const { link } = this.state
    if (link.phase === 'ended' && link.reason === 'session-over') this.connection.resume()
  }

  /** Own caret and selection. Sent at most each 100 ms, the last one always. */
  moveCaret(caret: Caret): void {
    this.caret = caret
    // In a hidden tab only others' edits move it, and those who see it move it along themselves.
    if (this.isSynced && !document.hidden) this.carets.push(caret)
  }

  async changeLanguage(language: string): Promise<Ack> {
    const ack = await this.request('language_change', { language })
    if (ack.ok) this.apply({ type: 'own-language', language })
    return ack
  }

  sendChat(text: string): Promise<Ack> {
    return this.request('chat_message', { text })
  }

  sendInput(runId: string, data: string, eof: boolean): Promise<Ack> {
    return this.request('execution-input', { run_id: runId, data, eof })
  }

  /** Something about the room was learnt over HTTP. */
  learn(room: Room): void {
    this.apply({ type: 'details', room })
  }

  loseRun(runId: string): void {
    this.apply({ type: 'run-lost', run_id: runId })
  }

  /** A result that was asked for, since it did not come by itself. */
  learnResult(result: ServerPayload<'execution-result'>): void {
    this.apply({ type: 'execution-result', payload: result, at: Date.now() })
  }

  /** Asks for title, members and settings again. */
  async refetch(): Promise<void> {
    const result = await this.options.fetchRoom()
    if (result.ok) this.learn(result.value)
  }

  notify(notice: Notice): void {
    this.set({ notice })
  }

  dismissNotice(): void {
    this.set({ notice: undefined })
  }

  /** Whether leaving now would lose what was typed: it waits, or has been on its way for long. */
  wouldLose(onItsWayMs: number): boolean {
    if (this.document.unacknowledged === 0) return false
    if (!this.isSynced) return true
    return Date.now() - (this.unacknowledgedSince ?? Infinity) > onItsWayMs
  }

  /** True once everything typed so far is acknowledged; false when that takes too long. */
  settled(timeoutMs: number): Promise<boolean> {
    if (this.document.unacknowledged === 0) return Promise.resolve(true)
    return new Promise((resolve) => {
      const done = (value: boolean) => {
        clearTimeout(timer)
        this.settledWaiters.delete(check)
        resolve(value)
      }
      const check = () => {
        if (this.document.unacknowledged === 0) done(true)
      }
      const timer = setTimeout(() => done(false), timeoutMs)
      this.settledWaiters.add(check)
    })
  }

  dispose(): void {
    for (const stop of this.stops.splice(0)) stop()
    const timers = [this.indicatorTimer, this.refetchTimer, this.rejoinTimer, this.checkTimer]
    for (const timer of [...timers, this.presenceTimer]) clearTimeout(timer)
    clearInterval(this.probeTimer)
    if (this.isSynced) this.connection.socket.emit('leave', {})
    this.carets.dispose()
    this.cursors.dispose()
    this.connection.dispose()
    this.listeners.clear()
    this.eventListeners.clear()
  }

  private onServerEvent(name: ServerEventName, payload: unknown): void {
    const parsed = parseServerEvent(name, payload)
    if (!parsed.ok) {
      this.malformed = [...this.malformed.slice(-19), `${name}: ${parsed.problem}`]
      return
    }
    // Name and payload belong together; a union of pairs cannot be built without saying so.
    this.apply({ type: name, payload: parsed.value, at: Date.now() } as RoomEvent)
  }

  private apply(event: RoomEvent): void {
    const data = reduceRoom(this.state.data, event)
    if (data !== this.state.data) this.set({ data })
    this.actOn(event)
    for (const listener of this.eventListeners) listener(event)
  }

  private actOn(event: RoomEvent): void {
    switch (event.type) {
      case 'initial-code':
        this.loadText(event.payload.code, event.payload.rev)
        break
      case 'code-update':
        this.document.receive(event.payload.changes, event.payload.rev)
        break
      case 'cursor':
        if (event.payload.sid === this.state.data.me?.sid) break
        this.cursors.move(event.payload)
        this.presence.sign(event.payload.sid, Date.now())
        this.updateAway()
        break
      case 'room-state':
        this.cursors.keepOnly(this.state.data.participants)
        // Whatever signs there were meanwhile, they were not heard here.
        this.presence.keepOnly([], Date.now())
        this.updateAway()
        this.refetchSoon()
        break
      case 'user-joined':
        if (event.payload.role === undefined) this.refetchSoon()
        // A newcomer learns carets only from those who move.
        if (this.caret && !this.isAway) this.carets.push(this.caret)
        this.updateAway()
        break
      case 'user-disconnected':
        this.cursors.remove(event.payload.sid)
        this.updateAway()
        break
    }
  }

  private loadText(code: string, rev: number): void {
    clearTimeout(this.rejoinTimer)
    this.document.load(code, rev)
    this.connection.synced()
    if (this.caret) this.carets.push(this.caret)
  }

  private onLink(event: LinkEvent): void {
    if (event.type !== 'synced' && event.type !== 'retrying') {
      this.document.disconnect()
      this.cursors.keepOnly([])
      clearTimeout(this.presenceTimer)
      this.set({ away: [] })
    }
    const link = reduceLink(this.state.link, event)
    if (link !== this.state.link) this.set({ link })
    this.refresh()
  }

  private get isAway(): boolean {
    return this.hiddenAt !== undefined && Date.now() - this.hiddenAt >= hiddenMaxMs
  }

  /** From this last sign on, the others count the time. */
  private onHide(): void {
    this.hiddenAt = Date.now()
    if (this.isSynced && this.caret) this.carets.push(this.caret)
  }

  /** The tab is looked at again, or the network is back. */
  private onReturn(): void {
    if (!document.hidden) this.hiddenAt = undefined
    this.refresh()
    this.connection.retryNow()
    this.probe()
  }

  private sendPacket(packet: Packet): void {
    const timeoutMs = requestTimeoutMs + uploadMs(unitsIn(packet))
    this.connection.socket.request('code_change', packet, timeoutMs, (answer) => {
      if (!answer.arrived) {
        // On a connection that is gone, coming back settles it; on a live one, this is its end.
        if (this.connection.socket.connected) this.connection.drop()
        return
      }
      const ack = parseAck(answer.answer)
      if (ack.ok) this.document.settle(packet.id)
      else this.onRefused(packet.id, ack.error)
      this.refresh()
      for (const check of [...this.settledWaiters]) check()
    })
  }

  private onRefused(id: string, { code }: Problem): void {
    if (mayBeTriedAgain.includes(code)) {
      this.document.retry(id)
      this.rejoinSoon()
      return
    }
    const text = this.document.text
    // The true text came before this answer, and the change went out again: no more of that.
    if (!this.document.settle(id) && this.document.forget()) this.rejoinSoon()
    if (code === 'code_too_large' || code === 'too_large') {
      const limit = this.state.data.limits.document_units ?? text.length
      this.notify({ kind: 'too-large', units: text.length, limit })
    } else if (code !== 'forbidden' && code !== 'locked') this.notify({ kind: 'drifted', text })
  }

  private rejoinSoon(): void {
    clearTimeout(this.rejoinTimer)
    this.rejoinTimer = setTimeout(() => this.connection.drop(), rejoinAfterMs)
  }

  private sendCaret(caret: Caret): void {
    const userId = this.state.data.me?.userId
    if (!this.isSynced || userId === undefined) return
    const { socket } = this.connection
    const now = Date.now()
    if (now - this.probedAt < probeEveryMs / 2) {
      socket.emit('cursor', { ...caret, userId })
      return
    }
    this.probedAt = now
    const sentAt = performance.now()
    socket.request('cursor', { ...caret, userId }, requestTimeoutMs / 2, (answer) => {
      if (answer.arrived) this.onRoundTrip(Math.round(performance.now() - sentAt))
      else if (socket.connected) this.connection.drop()
    })
  }

  /** One slow answer may be this page's own doing, as while the editor loads; two are not. */
  private onRoundTrip(ms: number): void {
    const before = this.lastRoundTripMs
    this.lastRoundTripMs = ms
    this.set({ roundTripMs: Math.min(ms, before ?? ms) })
    if (ms <= doubtedMs || (before !== undefined && before > doubtedMs)) return
    clearTimeout(this.checkTimer)
    this.checkTimer = setTimeout(() => {
      this.probedAt = -Infinity
      this.probe()
    }, checkAgainAfterMs)
  }

  /** Measures the round trip, and finds out whether the connection is alive at all. */
  private probe(): void {
    if (!this.isSynced || document.hidden) return
    this.carets.push(this.caret ?? { lineNumber: 1, column: 1 })
  }

  private request<E extends 'chat_message' | 'language_change' | 'execution-input' | 'refresh'>(
    event: E,
    payload: ClientPayload<E>,
  ): Promise<Ack> {
    return new Promise((resolve) => {
      this.connection.socket.request(event, payload, requestTimeoutMs, (answer) =>
        resolve(answer.arrived ? parseAck(answer.answer) : { ok: false, error: noAnswer }),
      )
    })
  }

  private refetchSoon(): void {
    clearTimeout(this.refetchTimer)
    this.refetchTimer = setTimeout(() => void this.refetch(), refetchAfterMs)
  }

  private updateAway(): void {
    const now = Date.now()
    const { participants, me } = this.state.data
    const others = participants.map(({ sid }) => sid).filter((sid) => sid !== me?.sid)
    this.presence.keepOnly(others, now)
    const away = this.presence.away(now)
    if (away.join() !== this.state.away.join()) {
      this.set({ away })
      this.cursors.markAway(away)
    }
    clearTimeout(this.presenceTimer)
    const next = this.presence.nextChange(now)
    if (next !== undefined) this.presenceTimer = setTimeout(() => this.updateAway(), next - now)
  }

  /** Brings what depends on time and on the document up to date. */
  private refresh(): void {
    const now = Date.now()
    const unacknowledged = this.document.unacknowledged
    if (unacknowledged === 0) this.unacknowledgedSince = undefined
    else this.unacknowledgedSince ??= now
    const facts = {
      now,
      unacknowledgedSince: this.unacknowledgedSince,
      saved: this.state.data.saved,
      browserOnline: navigator.onLine,
    }
    const indicator = indicatorOf(this.state.link, facts)
    this.set({ indicator, unacknowledged })
    clearTimeout(this.indicatorTimer)
    const next = nextIndicatorChange(this.state.link, facts)
    if (next !== undefined) this.indicatorTimer = setTimeout(() => this.refresh(), next - now)
  }

  private set(change: Partial<RoomSessionState>): void {
    const keys = Object.keys(change) as (keyof RoomSessionState)[]
    if (keys.every((key) => this.state[key] === change[key])) return
    this.state = { ...this.state, ...change }
    if (change.data) this.refresh()
    for (const listener of this.listeners) listener()
  }
}

/** The change itself was all right; it only came at the wrong moment. */
const mayBeTriedAgain = ['rate_limited', 'not_joined', 'store_unavailable', 'internal']

const noAnswer: Problem = { code: 'network', message: '' }

function listen(target: EventTarget, name: string, listener: () => void): () => void {
  target.addEventListener(name, listener)
  return () => target.removeEventListener(name, listener)
}
