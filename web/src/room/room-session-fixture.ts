/** A session with a server, sockets and a device's store of its own: for tests. */
import { afterEach, beforeEach, vi } from 'vitest'
import type { ApiResult } from '../api/http'
import type { JoinAnswer, Room } from '../contract/rest'
import { CopyKeeper } from './document/copy-keeper'
import { MemoryRows } from './document/memory-rows'
import { FakeRoomServer } from './fake-room-server'
import { FakeSocket } from './fake-socket'
import { RoomSession } from './room-session'

export const me = { sid: 's1', userId: 'u1', name: 'Ada', color: '#000', color_slot: 1 }
export const ben = {
  sid: 's2',
  userId: 'u2',
  name: 'Ben',
  color: '#111',
  color_slot: 2,
  role: 'editor',
}
export const roomState = {
  room_id: 'room',
  role: 'editor',
  language: 'python',
  you: me,
  users: [me],
  server_time: '2026-11-24T14:00:00.000Z',
  limits: { document_units: 1_000 },
  saved: true,
}
export const room: Room = {
  room_id: 'room',
  title: 'Gaps',
  language: 'python',
  role: 'editor',
  visibility: 'link',
  default_role: 'editor',
  locked: false,
  created_at: '',
  updated_at: '',
  members: [],
}
export const refusedWith = (status: number): ApiResult<never> => ({
  ok: false,
  error: { status, code: 'any', message: '' },
})

export let socket: FakeSocket
export let session: RoomSession
export let giveToken: (token: string) => void
export let server: FakeRoomServer
export let rows: MemoryRows
let join: () => Promise<ApiResult<JoinAnswer>>
let look: () => Promise<ApiResult<Room>>

/** To be called once in a file of tests: each test begins with all of it new. */
export function withSession(): void {
  beforeEach(() => {
    vi.useFakeTimers()
    rows = new MemoryRows()
    renewServer('print(1)\n')
    renewSession()
  })
  afterEach(() => {
    session.dispose()
    vi.useRealTimers()
  })
}

export function renewServer(code: string): void {
  server = new FakeRoomServer(code)
}

export function answerJoin(answer: typeof join): void {
  join = answer
}

export function answerLook(answer: typeof look): void {
  look = answer
}

export function renewSession(): void {
  join = () => Promise.resolve({ ok: true, value: { joined: true, role: 'editor' } })
  look = () => Promise.resolve({ ok: true, value: room })
  session = new RoomSession({
    roomId: 'room',
    openSocket: (handlers) => (socket = new FakeSocket(handlers)),
    joinOverHttp: () => join(),
    fetchRoom: () => look(),
    onTokenRefreshed: (listener) => {
      giveToken = listener
      return () => undefined
    },
    copy: new CopyKeeper(rows, 'u1 room', () => Date.now()),
    random: () => 0.5,
  })
}

export const settle = () => vi.advanceTimersByTimeAsync(0)
export const later = (ms: number) => vi.advanceTimersByTimeAsync(ms)
export const indicator = () => session.getState().indicator

export async function enter() {
  socket.accept()
  await settle()
  socket.last('join')?.answer?.({ ok: true, ...roomState })
  socket.receive('room-state', roomState)
  server.greet(socket)
  server.handle(socket)
  await settle()
}

export async function open() {
  session.start()
  await settle()
  await enter()
}

export const text = () => session.document.text

export function type(typed: string, offset = session.document.replica.code.length) {
  session.document.replica.code.insert(offset, typed)
}
