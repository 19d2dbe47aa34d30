import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ApiResult } from '../api/http'
import type { JoinAnswer, Room } from '../contract/rest'
import { ChangeSet } from './document/change-set'
import { FakeSocket } from './fake-socket'
import { peopleIn } from './room-data'
import { RoomSession } from './room-session'
import { SharedSessions } from './room-sessions'

const me = { sid: 's1', userId: 'u1', name: 'Ada', color: '#000', color_slot: 1 }
const ben = { sid: 's2', userId: 'u2', name: 'Ben', color: '#111', color_slot: 2, role: 'editor' }
const roomState = {
  room_id: 'room',
  role: 'editor',
  language: 'python',
  you: me,
  users: [me],
  server_time: '2026-11-24T14:00:00.000Z',
  limits: { document_units: 1_000 },
  saved: true,
}
const room: Room = {
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
const refusedWith = (status: number): ApiResult<never> => ({
  ok: false,
  error: { status, code: 'any', message: '' },
})

let socket: FakeSocket
let session: RoomSession
let join: () => Promise<ApiResult<JoinAnswer>>
let look: () => Promise<ApiResult<Room>>
let giveToken: (token: string) => void

beforeEach(() => {
  vi.useFakeTimers()
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
    random: () => 0.5,
  })
})
afterEach(() => {
  session.dispose()
  vi.useRealTimers()
})

const settle = () => vi.advanceTimersByTimeAsync(0)
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const indicator = () => session.getState().indicator

async function enter(code = 'print(1)\n', rev = 1) {
  socket.accept()
  await settle()
  socket.last('join')?.answer?.({ ok: true, ...roomState })
  socket.receive('room-state', roomState)
  socket.receive('initial-code', { code, rev })
  await settle()
}

async function open() {
  session.start()
  await settle()
  await enter()
}

function type(text: string, offset = session.document.text.length) {
  const length = session.document.text.length
  session.document.edit(ChangeSet.of(length, [{ offset, length: 0, text }]), 'typing')
}

describe('entering', () => {
  test('joins over HTTP and the socket, then has the text', async () => {
    session.start()
    expect(indicator()).toBe('loading')
    await settle()
    await enter()
    expect(socket.last('join')?.payload).toEqual({ room_id: 'room', sync: 'delta' })
    expect([indicator(), session.document.text]).toEqual(['saved', 'print(1)\n'])
    expect(session.getState().data).toMatchObject({ title: 'Gaps', role: 'editor', me })
  })

  test.each([
    [404, 'not-found'],
    [403, 'not-found'],
    [401, 'session-over'],
  ])('ends on %i with %s', async (status, reason) => {
    join = () => Promise.resolve(refusedWith(status))
    session.start()
    await settle()
    expect(session.getState().link).toEqual({ phase: 'ended', reason })
    expect(socket.connected).toBe(false)
    await later(60_000)
    expect(socket.connects).toBe(1)
  })

  test('signing in again takes the room up where it was', async () => {
    await open()
    type('# kept\n', 0)
    look = () => Promise.resolve(refusedWith(401))
    socket.lose({ byServer: true })
    await settle()
    expect(session.getState().link).toEqual({ phase: 'ended', reason: 'session-over' })
    session.resume()
    await enter('print(1)\n', 4)
    expect([indicator(), session.document.text]).toEqual(['saved', '# kept\nprint(1)\n'])
  })

  test('tries again when the server cannot be reached', async () => {
    join = () => Promise.resolve(refusedWith(0))
    session.start()
    await settle()
    expect(session.getState().link).toMatchObject({ phase: 'loading', retryAt: Date.now() + 500 })
    join = () => Promise.resolve({ ok: true, value: { joined: true, role: 'editor' } })
    await later(500)
    await enter()
    expect(indicator()).toBe('saved')
  })

  test('a token that is refused twice means signing in again', async () => {
    session.start()
    await settle()
    socket.refuse('invalid_token')
    expect(session.getState().link.phase).toBe('loading')
    await later(500)
    socket.refuse('invalid_token')
    expect(session.getState().link).toEqual({ phase: 'ended', reason: 'session-over' })
  })

  test('a full room opens as soon as there is a place', async () => {
    session.start()
    await settle()
    socket.accept()
    await settle()
    socket.last('join')?.answer?.({ ok: false, error: { code: 'room_full', message: '' } })
    await settle()
    expect(session.getState().link).toEqual({ phase: 'ended', reason: 'full' })
    await later(10_000)
    expect(socket.count('join')).toBe(2)
    socket.receive('room-state', roomState)
    socket.receive('initial-code', { code: '', rev: 1 })
    expect(indicator()).toBe('saved')
  })
})

describe('saving', () => {
  test('says Saving… only after 300 ms, and Saved after the acknowledgement', async () => {
    await open()
    type('x')
    expect([indicator(), session.getState().unacknowledged]).toEqual(['saved', 1])
    await later(300)
    expect(indicator()).toBe('saving')
    socket.last('code_change')?.answer?.({ ok: true, rev: 2 })
    await settle()
    expect([indicator(), session.getState().unacknowledged]).toEqual(['saved', 0])
  })

  test('a failing store shows, whatever is acknowledged', async () => {
    await open()
    socket.receive('room-updated', { saved: false, since: '2026-11-24T14:00:00Z' })
    expect(indicator()).toBe('not-saved')
    socket.receive('room-updated', { saved: true })
    expect(indicator()).toBe('saved')
  })

  test('waits until everything is acknowledged before a run, but not for ever', async () => {
    await open()
    type('x')
    const settled = session.settled(5_000)
    socket.last('code_change')?.answer?.({ ok: true, rev: 2 })
    expect(await settled).toBe(true)
    type('y')
    const late = session.settled(5_000)
    await later(5_000)
    expect(await late).toBe(false)
  })

  test('a refused change is told of once, with the text as it was here', async () => {
    await open()
    type('# mine')
    const error = { code: 'invalid_change', message: '' }
    socket.last('code_change')?.answer?.({ ok: false, error })
    socket.receive('initial-code', { code: 'print(1)\n', rev: 3 })
    await settle()
    expect(session.getState().notice).toEqual({ kind: 'drifted', text: 'print(1)\n# mine' })
    expect(session.document.text).toBe('print(1)\n')
  })

  test('a change that is refused again and again is given up, not sent for ever', async () => {
    await open()
    type('# mine')
    const error = { code: 'invalid_change', message: '' }
    const first = socket.last('code_change')
    socket.receive('initial-code', { code: 'print(1)\n', rev: 3 })
    expect(socket.count('code_change')).toBe(2)
    first?.answer?.({ ok: false, error })
    await later(1_000)
    expect(indicator()).toBe('reconnecting')
    await later(500)
    await enter()
    expect([socket.count('code_change'), session.document.text]).toEqual([2, 'print(1)\n'])
  })

  test('a change that came too often is sent again', async () => {
    await open()
    type('x')
    const error = { code: 'rate_limited', message: '' }
    socket.last('code_change')?.answer?.({ ok: false, error })
    await settle()
    socket.receive('initial-code', { code: 'print(1)\n', rev: 3 })
    expect(socket.last('code_change')?.payload).toMatchObject({ rev: 3, code: 'print(1)\nx' })
    await later(2_000)
    expect(indicator()).toBe('saving')
  })
})

describe('losing the connection', () => {
  test('comes back by itself, merges what was typed meanwhile, and says so for 3 s', async () => {
    await open()
    socket.lose()
    expect(indicator()).toBe('reconnecting')
    type('# offline\n', 0)
    expect([socket.count('code_change'), session.getState().unacknowledged]).toEqual([0, 1])
    await later(500)
    expect(socket.connects).toBe(2)
    await enter('print(1)\nprint(2)\n', 8)
    expect(session.document.text).toBe('# offline\nprint(1)\nprint(2)\n')
    expect(socket.last('code_change')?.payload).toMatchObject({ rev: 8 })
    expect(indicator()).toBe('back')
    socket.last('code_change')?.answer?.({ ok: true, rev: 9 })
    await later(3_000)
    expect(indicator()).toBe('saved')
  })

  test('waits longer each time, and not at all once the browser is online', async () => {
    await open()
    socket.lose()
    await later(500)
    socket.fail()
    expect(session.getState().link).toMatchObject({ retryAt: Date.now() + 1_000 })
    window.dispatchEvent(new Event('online'))
    expect(socket.connects).toBe(3)
  })

  test('after 30 s it calls itself offline', async () => {
    await open()
    socket.lose()
    await later(30_000)
    expect(indicator()).toBe('offline')
  })

  test('an orderly restart is told apart', async () => {
    await open()
    socket.lose({ restarting: true })
    expect(indicator()).toBe('restarting')
  })

  test('a server that ended it on purpose is asked why: removed', async () => {
    await open()
    look = () => Promise.resolve(refusedWith(404))
    socket.lose({ byServer: true })
    await settle()
    expect(session.getState().link).toEqual({ phase: 'ended', reason: 'removed' })
  })

  test('a server that ended it on purpose is asked why: only the token ran out', async () => {
    await open()
    socket.lose({ byServer: true })
    await later(500)
    await enter()
    expect(indicator()).toBe('back')
  })

  test('the room may say itself that somebody was removed', async () => {
    await open()
    socket.receive('room-closed', { room_id: 'room', reason: 'removed' })
    expect(session.getState().link).toEqual({ phase: 'ended', reason: 'removed' })
  })

  test('a deleted room ends at once', async () => {
    await open()
    socket.receive('room-closed', { room_id: 'room' })
    socket.lose({ byServer: true })
    await settle()
    expect(session.getState().link).toEqual({ phase: 'ended', reason: 'deleted' })
  })

  test('a change that is never answered gives the connection up', async () => {
    await open()
    type('x')
    await later(20_000)
    expect(indicator()).toBe('reconnecting')
  })
})

describe('in the room', () => {
  test('carets: at most one each 100 ms, the last one always, and no echo of one’s own', async () => {
    await open()
    for (let column = 1; column <= 5; column++) session.moveCaret({ lineNumber: 1, column })
    await later(100)
    const columns = socket.sent
      .filter(({ event }) => event === 'cursor')
      .map(({ payload }) => (payload as { column: number }).column)
    expect(columns).toEqual([1, 5])
    socket.receive('cursor', { ...me, lineNumber: 1, column: 1 })
    expect(session.cursors.all).toEqual([])
  })

  test('another’s caret moves with the text and goes with its socket', async () => {
    await open()
    socket.receive('user-joined', ben)
    socket.receive('cursor', { ...ben, lineNumber: 1, column: 6 })
    type('##', 0)
    expect(session.cursors.all).toMatchObject([{ sid: 's2', name: 'Ben', slot: 2, head: 7 }])
    socket.receive('user-disconnected', { sid: 's2', userId: 'u2' })
    expect(session.cursors.all).toEqual([])
    expect(session.getState().data.chat.map(({ kind }) => kind)).toEqual(['joined', 'left'])
  })

  describe('who gives no sign for a minute is away', () => {
    const sign = { ...ben, lineNumber: 1, column: 1 }
    const away = () => peopleIn(session.getState().data, session.getState().away)[1]?.isAway

    /** The server answers our own signs. */
    async function quiet(ms: number) {
      for (let passed = 0; passed < ms; passed += 1_000) {
        await later(1_000)
        socket.last('cursor')?.answer?.({ ok: true })
      }
    }

    test('until the next sign', async () => {
      await open()
      socket.receive('user-joined', ben)
      await quiet(60_000)
      socket.receive('cursor', sign)
      await quiet(60_000)
      expect(away()).toBe(false)
      await quiet(5_000)
      expect([away(), session.cursors.all[0]?.isAway]).toEqual([true, true])
      socket.receive('cursor', sign)
      expect([away(), session.cursors.all[0]?.isAway]).toEqual([false, false])
      expect(session.isSynced).toBe(true)
    })

    test('but not for what could not be heard without a connection', async () => {
      await open()
      socket.receive('user-joined', ben)
      socket.lose()
      await later(120_000)
      expect(away()).toBe(false)
      await enter('print(1)\n', 2)
      socket.receive('room-state', { ...roomState, users: [me, ben] })
      expect(away()).toBe(false)
      await quiet(65_000)
      expect(away()).toBe(true)
    })
  })

  test('one slow answer is checked before it is called slow', async () => {
    await open()
    session.moveCaret({ lineNumber: 1, column: 1 })
    await later(200)
    socket.last('cursor')?.answer?.({ ok: true })
    await later(1_000)
    await later(10)
    socket.last('cursor')?.answer?.({ ok: true })
    expect(session.getState().roundTripMs).toBeLessThan(50)
  })

  test('a new token goes to the server while connected', async () => {
    await open()
    giveToken('fresh')
    expect(socket.last('refresh')?.payload).toEqual({ token: 'fresh' })
  })

  test('what makes no sense is ignored and noted', async () => {
    await open()
    socket.receive('code-update', { changes: 'all of it' })
    socket.receive('role-changed', { role: 'emperor' })
    expect(session.ignored).toHaveLength(2)
    expect(session.getState().data.role).toBe('editor')
  })

  test('a role takes effect at once', async () => {
    await open()
    socket.receive('role-changed', { room_id: 'room', role: 'viewer' })
    expect(session.getState().data.role).toBe('viewer')
  })

  test('chat that was there already is not doubled by a reconnect', async () => {
    await open()
    const message = {
      id: 'm1',
      text: 'hi',
      sender: 'Ben',
      userId: 'u2',
      at: '2026-11-24T14:00:01Z',
    }
    socket.receive('new-message', message)
    socket.receive('chat-history', { messages: [message] })
    expect(session.getState().data.chat).toHaveLength(1)
  })
})

test('a session outlives its user’s remount and ends one second after the last one', () => {
  const made: string[] = []
  const ended: string[] = []
  const sessions = new SharedSessions((id) => {
    made.push(id)
    return { dispose: () => ended.push(id) }
  })
  const first = sessions.acquire('a')
  sessions.release('a')
  vi.advanceTimersByTime(500)
  expect(sessions.acquire('a')).toBe(first)
  vi.advanceTimersByTime(5_000)
  expect(ended).toEqual([])
  sessions.release('a')
  vi.advanceTimersByTime(1_000)
  expect([made, ended]).toEqual([['a'], ['a']])
})
