/**
 * One room as this browser has it: its document, its people, its run, its connection. Plain
 * TypeScript; React draws what `getState` says. One object for each room, see `room-sessions`.
 *
 * Ownership: owns its socket and timers; `dispose` ends them and may be called twice.
 */
import type { ApiResult } from '../api/http'
import type { ClientPayload, Problem, ServerEventName, ServerPayload } from '../contract/events'
import { parseAck, parseServerEvent } from '../contract/parse'
import type { Ack } from '../contract/parse'
import type { JoinAnswer, Room } from '../contract/rest'
import type { CopyKeeper } from './document/copy-keeper'
import { decodeMessage, encodeMessage } from './document/messages'
import type { YMessage } from './document/messages'
import type { RelativeSelection } from './document/relative'
import { RoomDocument } from './document/room-document'
import type { Refusal } from './document/room-document'
import {
  indicatorOf,
  initialLink,
  nextIndicatorChange,
  reduceLink,
  savingShownAfterMs,
} from './link'
import type { Indicator, Link, LinkEvent, LinkFacts } from './link'
import { LineProbe } from './line-probe'
import { watchPage } from './page-life'
import type { RemoteCursors } from './remote-cursors'
import { RoomConnection } from './room-connection'
import { initialRoomData, reduceRoom } from './room-data'
import type { RoomData, RoomEvent } from './room-data'
import { RoomPresence } from './room-presence'
import type { OpenSocket } from './stall-watch'

/** Something the person should know once. `text` is what the room's text was here. */
export type Notice =
  | { kind: 'drifted'; text: string }
  | { kind: 'too-large'; units: number; limit: number }
  | { kind: 'refused'; code: string; text: string }

export interface RoomSessionState {
  data: RoomData
  link: Link
  indicator: Indicator
  /** There is text to show before the server has said anything: what this device has kept. */
  hasCopy: boolean
  /** Own changes that the server has not acknowledged. */
  unacknowledged: number
  /** Round trip to the server in milliseconds, once it is known. */
  roundTripMs: number | undefined
  /** Sockets of others at whose pages nobody looks. */
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
  /** What this device keeps of the room. */
  copy: CopyKeeper
  random: () => number
}

type Listener = () => void
type EventListener = (event: RoomEvent) => void

const requestTimeoutMs = 20_000
const refetchAfterMs = 300
/** A store that works and a line that works: an answer that is this late will not come any more. */
const stuckAfterMs = 30_000

export class RoomSession {
  readonly roomId: string
  readonly document: RoomDocument
  private readonly presence: RoomPresence
  private readonly connection: RoomConnection
  private readonly probe: LineProbe
  private readonly listeners = new Set<Listener>()
  private readonly eventListeners = new Set<EventListener>()
  private readonly replacedListeners = new Set<Listener>()
  private readonly stops: (() => void)[] = []
  private readonly settledWaiters = new Set<() => void>()
  private quietSince: number | undefined
  private waitingSince: number | undefined
  private storeWorksSince = -Infinity
  private refreshTimer: ReturnType<typeof setTimeout> | undefined
  private refetchTimer: ReturnType<typeof setTimeout> | undefined
  private malformed: string[] = []
  private state: RoomSessionState = {
    data: initialRoomData,
    link: initialLink,
    indicator: 'loading',
    hasCopy: false,
    unacknowledged: 0,
    roundTripMs: undefined,
    away: [],
    notice: undefined,
  }

  constructor(private readonly options: RoomSessionOptions) {
    this.roomId = options.roomId
    const now = () => Date.now()
    this.probe = new LineProbe({
      socket: () => this.connection.socket,
      isWaiting: () => this.document.unacknowledged > 0,
      renew: () => this.renew(),
      measured: (roundTripMs) => this.set({ roundTripMs }),
      dead: () => this.connection.drop(),
    })
    this.presence = new RoomPresence({
      send: (update) => this.probe.send(encodeMessage({ kind: 'awareness', update })),
      now,
      changed: () => this.updateAway(),
    })
    this.document = new RoomDocument(options.copy, {
      send: (message, onAnswer) => this.send(message, onAnswer),
      now,
      changed: () => this.onDocumentChanged(),
      synced: () => this.connection.synced(),
      drop: () => this.connection.drop(),
      replaced: (refusal) => this.onReplaced(refusal),
    })
    this.cursors.attach(this.document.replica.code)
    this.connection = new RoomConnection({
      roomId: options.roomId,
      open: options.openSocket,
      joinOverHttp: options.joinOverHttp,
      look: options.fetchRoom,
      onLink: (event) => this.onLink(event),
      onEvent: (name, payload) => this.onServerEvent(name, payload),
      random: options.random,
    })
  }

  start(): void {
    void this.document.restore().then((hasCopy) => this.set({ hasCopy }))
    this.connection.start()
    this.stops.push(
      this.options.onTokenRefreshed((token) => {
        if (this.isSynced) void this.request('refresh', { token })
      }),
      watchPage({
        look: (isVisible) => this.onLook(isVisible),
        back: () => this.onBack(),
        offline: () => {
          this.refresh()
          this.renew()
        },
        slept: () => this.document.ask(),
        leaving: () => {
          this.options.copy.hurry()
          this.presence.hide()
        },
        restored: () => this.presence.renew(),
      }),
    )
    this.probe.start()
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

  /** `document.replica` is another one from now on. */
  onReplica(listener: Listener): () => void {
    this.replacedListeners.add(listener)
    return () => this.replacedListeners.delete(listener)
  }

  get cursors(): RemoteCursors {
    return this.presence.cursors
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

  /** Own caret and selection, in the replica that is shown. */
  moveCaret(at: RelativeSelection): void {
    this.presence.move({ at, doc: this.document.replica.doc.clientID })
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

  /** Whether leaving now would lose something: the server may not have it, this device has not. */
  wouldLose(onItsWayMs: number): boolean {
    const since = this.document.unacknowledgedSince
    if (since === undefined || this.options.copy.holdsAll) return false
    return !this.isSynced || Date.now() - since > onItsWayMs
  }

  /** True once everything written so far is acknowledged; false when that takes too long. */
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
    for (const timer of [this.refreshTimer, this.refetchTimer]) clearTimeout(timer)
    this.probe.dispose()
    if (this.isSynced) this.connection.socket.emit('leave', {})
    this.listeners.clear()
    this.eventListeners.clear()
    this.replacedListeners.clear()
    this.connection.dispose()
    this.presence.dispose()
    this.document.dispose()
    this.options.copy.dispose()
    // What the parts said of their own end may have set it again.
    clearTimeout(this.refreshTimer)
  }

  private onServerEvent(name: ServerEventName, payload: unknown): void {
    const parsed = parseServerEvent(name, payload)
    if (!parsed.ok) {
      this.malformed = [...this.malformed.slice(-19), `${name}: ${parsed.problem}`]
      return
    }
    if (name === 'yjs') this.onMessage(decodeMessage(parsed.value as ServerPayload<'yjs'>))
    // Name and payload belong together; a union of pairs cannot be built without saying so.
    else this.apply({ type: name, payload: parsed.value, at: Date.now() } as RoomEvent)
  }

  private onMessage(message: YMessage | undefined): void {
    if (message?.kind === 'awareness') this.presence.receive(message.update)
    else if (message) this.document.receive(message)
  }

  private apply(event: RoomEvent): void {
    const data = reduceRoom(this.state.data, event)
    const { participants } = this.state.data
    if (event.type === 'room-updated' && event.payload.saved) this.storeWorksSince = event.at
    if (data !== this.state.data) this.set({ data })
    if (data.participants !== participants) this.presence.setParticipants(data.participants)
    if (event.type === 'room-state') {
      if (data.me) this.presence.join(data.me)
      this.document.connect()
      this.refetchSoon()
    } else if (event.type === 'user-joined' && event.payload.role === undefined) this.refetchSoon()
    for (const listener of this.eventListeners) listener(event)
  }

  private onLink(event: LinkEvent): void {
    if (event.type === 'lost' || event.type === 'ended') {
      this.document.disconnect()
      this.presence.leave()
    }
    if (event.type === 'ended' && isOver.includes(event.reason)) this.options.copy.wipe()
    this.advance(event)
    this.refresh()
  }

  private advance(event: LinkEvent): void {
    const link = reduceLink(this.state.link, event)
    if (link !== this.state.link) this.set({ link })
  }

  private onLook(isVisible: boolean): void {
    this.presence.look(isVisible)
    if (!isVisible) this.options.copy.hurry()
  }

  /** The tab is looked at again, or the network is back. */
  private onBack(): void {
    this.refresh()
    this.connection.retryNow()
    this.renew()
  }

  private send(message: YMessage, onAnswer?: (ack: Ack) => void): void {
    const { socket } = this.connection
    const packet = encodeMessage(message)
    if (!onAnswer) {
      socket.request('yjs', packet, requestTimeoutMs, (answer) => {
        if (!answer.arrived && socket.connected) this.connection.drop()
      })
      return
    }
    // It is answered when it is in the store, and that may take as long as it takes.
    socket.request('yjs', packet, Infinity, (answer) => {
      if (answer.arrived) onAnswer(parseAck(answer.answer))
    })
  }

  private onDocumentChanged(): void {
    this.refresh()
    for (const check of [...this.settledWaiters]) check()
  }

  private onReplaced({ problem, text }: Refusal): void {
    this.cursors.attach(this.document.replica.code)
    for (const listener of this.replacedListeners) listener()
    if (text === undefined) return
    this.advance({ type: 'refused' })
    this.notify({ kind: 'refused', code: problem.code, text })
  }

  /** A sign of life, by which the line is probed. */
  private renew(): void {
    if (this.isSynced) this.presence.renew()
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
    const { away } = this.presence
    if (away.join() !== this.state.away.join()) this.set({ away })
  }

  /** Brings what depends on time and on the document up to date. */
  private refresh(): void {
    const now = Date.now()
    const { unacknowledged, unacknowledgedSince, askingSince } = this.document
    const { link } = this.state
    if (unacknowledged === 0 && this.state.unacknowledged > 0) {
      const wasQuick = now - (this.waitingSince ?? now) < savingShownAfterMs
      this.quietSince = wasQuick ? now : undefined
    }
    this.waitingSince = unacknowledgedSince
    if (unacknowledged === 0 && link.phase === 'synced') this.advance({ type: 'settled', at: now })
    this.options.copy.note({
      isUnacknowledged: unacknowledged > 0,
      isConnected: link.phase === 'synced',
    })
    const facts: LinkFacts = {
      now,
      unacknowledgedSince,
      askingSince,
      quietSince: this.quietSince,
      saved: this.state.data.saved,
      browserOnline: navigator.onLine,
    }
    this.set({ indicator: indicatorOf(this.state.link, facts), unacknowledged })
    this.refreshLater(facts)
  }

  private refreshLater(facts: LinkFacts): void {
    const { now, unacknowledgedSince, saved } = facts
    const { link } = this.state
    clearTimeout(this.refreshTimer)
    const times = [nextIndicatorChange(link, facts)]
    if (link.phase === 'synced' && saved && unacknowledgedSince !== undefined) {
      const since = Math.max(unacknowledgedSince, link.since, this.storeWorksSince)
      if (now - since >= stuckAfterMs) {
        this.connection.drop()
        return
      }
      times.push(since + stuckAfterMs, this.probe.askWhileWaiting(now))
    }
    const next = Math.min(...times.map((at) => at ?? Infinity))
    if (next < Infinity) this.refreshTimer = setTimeout(() => this.refresh(), next - now)
  }

  private set(change: Partial<RoomSessionState>): void {
    const keys = Object.keys(change) as (keyof RoomSessionState)[]
    if (keys.every((key) => this.state[key] === change[key])) return
    this.state = { ...this.state, ...change }
    if (change.data) this.refresh()
    for (const listener of this.listeners) listener()
  }
}

/** Ends after which the room is none of this person's business any more. */
const isOver = ['not-found', 'removed', 'deleted']

const noAnswer: Problem = { code: 'network', message: '' }
