import { beforeEach, describe, expect, test, vi } from 'vitest'
import { SharedSessions } from './room-sessions'
import {
  answerJoin,
  answerLook,
  enter,
  giveToken,
  indicator,
  later,
  me,
  open,
  refusedWith,
  renewServer,
  roomState,
  rows,
  server,
  session,
  settle,
  socket,
  text,
  type,
  withSession,
} from './room-session-fixture'

withSession()

describe('entering', () => {
  test('joins over HTTP and the socket, then has the text', async () => {
    session.start()
    expect(indicator()).toBe('loading')
    await settle()
    await enter()
    expect(socket.last('join')?.payload).toEqual({ room_id: 'room', sync: 'yjs' })
    expect([indicator(), text()]).toEqual(['saved', 'print(1)\n'])
    expect(session.getState().data).toMatchObject({ title: 'Gaps', role: 'editor', me })
  })

  test.each([
    [404, 'not-found'],
    [403, 'not-found'],
    [401, 'session-over'],
  ])('ends on %i with %s', async (status, reason) => {
    answerJoin(() => Promise.resolve(refusedWith(status)))
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
    answerLook(() => Promise.resolve(refusedWith(401)))
    socket.lose({ byServer: true })
    await settle()
    expect(session.getState().link).toEqual({ phase: 'ended', reason: 'session-over' })
    session.resume()
    await enter()
    await later(300)
    expect([indicator(), text()]).toEqual(['saved', '# kept\nprint(1)\n'])
    expect(server.text).toBe('# kept\nprint(1)\n')
  })

  test('tries again when the server cannot be reached', async () => {
    answerJoin(() => Promise.resolve(refusedWith(0)))
    session.start()
    await settle()
    expect(session.getState().link).toMatchObject({ phase: 'loading', retryAt: Date.now() + 500 })
    answerJoin(() => Promise.resolve({ ok: true, value: { joined: true, role: 'editor' } }))
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
    server.greet(socket)
    server.handle(socket)
    expect(indicator()).toBe('saved')
  })
})

describe('saving', () => {
  beforeEach(() => {
    server.isCommitting = false
  })
  async function openSaved() {
    await open()
    server.commit()
    await later(300)
    expect(indicator()).toBe('saved')
  }
  function write(typed: string) {
    type(typed)
    server.handle(socket)
  }

  test('is never called Saved before the acknowledgement, and is at once after it', async () => {
    await openSaved()
    write('x')
    expect([indicator(), session.getState().unacknowledged]).toEqual(['saving', 1])
    await later(300)
    expect(indicator()).toBe('saving')
    server.commit()
    expect([indicator(), session.getState().unacknowledged]).toEqual(['saved', 0])
  })

  test('between two letters the word stays: it would only flicker', async () => {
    await openSaved()
    const shown = new Set<string>()
    session.subscribe(() => shown.add(indicator()))
    for (let letters = 10; letters > 0; letters--) {
      write('x')
      await later(40)
      server.commit()
      await later(110)
    }
    expect([...shown]).toEqual(['saving'])
    await later(300)
    expect(indicator()).toBe('saved')
  })

  test('each change waits by itself: slow answers to a fast typist are no alarm', async () => {
    await openSaved()
    for (let seconds = 0; seconds < 8; seconds++) {
      write('x')
      await later(400)
      server.commit()
      write('y')
      await later(600)
    }
    expect(indicator()).toBe('saving')
  })

  test('after 5 s without an acknowledgement it says so, and still does not give up', async () => {
    await openSaved()
    write('x')
    await answering(5_000)
    expect(indicator()).toBe('unsaved')
    await answering(20_000)
    server.commit()
    expect(indicator()).toBe('saved')
  })

  test('an answer that will not come any more is asked for on a new connection', async () => {
    await openSaved()
    write('x')
    await answering(30_000)
    expect(indicator()).toBe('reconnecting')
  })

  test('with a store that fails nobody gives up, however long it takes', async () => {
    await openSaved()
    socket.receive('room-updated', { saved: false, since: '2026-11-24T14:00:00Z' })
    write('x')
    await answering(120_000)
    expect(indicator()).toBe('not-saved')
    socket.receive('room-updated', { saved: true })
    expect(indicator()).toBe('unsaved')
    await answering(10_000)
    server.commit()
    expect(indicator()).toBe('saved')
  })

  test('a failing store shows, whatever is acknowledged', async () => {
    await openSaved()
    socket.receive('room-updated', { saved: false, since: '2026-11-24T14:00:00Z' })
    expect(indicator()).toBe('not-saved')
    socket.receive('room-updated', { saved: true })
    expect(indicator()).toBe('saved')
  })

  test('waits until everything is acknowledged before a run, but not for ever', async () => {
    await openSaved()
    write('x')
    const settled = session.settled(5_000)
    server.commit()
    expect(await settled).toBe(true)
    write('y')
    const late = session.settled(5_000)
    await answering(5_000)
    expect(await late).toBe(false)
  })

  /** Time passes; the server answers signs of life and commits nothing. */
  async function answering(ms: number) {
    for (let passed = 0; passed < ms; passed += 500) {
      await later(500)
      server.handle(socket)
    }
  }
})

describe('what the server will not have', () => {
  test.each(['code_too_large', 'locked', 'forbidden', 'bad_payload'])(
    '%s: the room’s text is back, and what was here is handed out',
    async (code) => {
      await open()
      server.refusing = code
      type('# mine')
      server.handle(socket)
      type(', and more')
      server.refusing = undefined
      server.handle(socket)
      expect(text()).toBe('print(1)\n')
      expect(server.text).toBe('print(1)\n')
      const { notice, unacknowledged } = session.getState()
      expect(notice).toEqual({ kind: 'refused', code, text: 'print(1)\n# mine, and more' })
      expect(unacknowledged).toBe(0)
    },
  )

  test('it goes on as before with what is written after that', async () => {
    await open()
    const before = session.document.replica
    server.refusing = 'code_too_large'
    type('# mine')
    server.handle(socket)
    server.refusing = undefined
    server.handle(socket)
    expect(session.document.replica).not.toBe(before)
    type('# small')
    server.handle(socket)
    server.edit(socket, (code) => code.insert(0, '# hers\n'))
    expect([text(), server.text]).toEqual(Array(2).fill('# hers\nprint(1)\n# small'))
  })

  test('nothing more is sent of it, also after the connection was lost meanwhile', async () => {
    await open()
    server.refusing = 'locked'
    type('# mine')
    server.handle(socket)
    socket.lose()
    server.refusing = undefined
    await later(500)
    await enter()
    expect([text(), server.text]).toEqual(['print(1)\n', 'print(1)\n'])
    expect(session.getState().notice).toMatchObject({ kind: 'refused', code: 'locked' })
    await later(10_000)
    expect(server.text).toBe('print(1)\n')
  })

  test('what was refused is not called merged when the connection is back', async () => {
    await open()
    const said: string[] = []
    session.subscribe(() => said.push(indicator()))
    socket.lose()
    type('# mine')
    await later(500)
    server.refusing = 'locked'
    await enter()
    server.refusing = undefined
    server.handle(socket)
    await later(5_000)
    expect([text(), indicator()]).toEqual(['print(1)\n', 'saved'])
    expect(said).not.toContain('back')
  })

  test('a reload does not bring it back', async () => {
    await open()
    socket.lose()
    type('# mine')
    await settle()
    expect(rows.count).toBe(1)
    await later(500)
    server.refusing = 'locked'
    await enter()
    server.refusing = undefined
    server.handle(socket)
    await settle()
    expect([rows.count, text()]).toEqual([0, 'print(1)\n'])
  })

  test('a viewer who gives back only what others wrote has lost nothing', async () => {
    await open()
    socket.lose()
    await later(500)
    server.refusing = 'forbidden'
    await enter()
    expect(session.getState().notice).toBeUndefined()
    expect(indicator()).toBe('back')
  })

  test('what came too often is sent again, everything at once', async () => {
    await open()
    server.refusing = 'rate_limited'
    type('x')
    type('y')
    server.handle(socket)
    server.refusing = undefined
    await later(999)
    expect(server.handle(socket).map(({ kind }) => kind)).not.toContain('update')
    await later(1)
    expect(server.handle(socket).filter(({ kind }) => kind === 'update')).toHaveLength(1)
    expect(server.text).toBe('print(1)\nxy')
    expect(session.getState()).toMatchObject({ unacknowledged: 0, notice: undefined })
  })

  test('after an update that makes no sense all is built anew, on another connection', async () => {
    await open()
    server.send(socket, { kind: 'update', update: Uint8Array.of(1, 1, 1) })
    expect(indicator()).toBe('reconnecting')
    await later(500)
    await enter()
    server.edit(socket, (code) => code.insert(0, '# hers\n'))
    expect(text()).toBe('# hers\nprint(1)\n')
    expect(session.getState().notice).toBeUndefined()
  })
})

describe('losing the connection', () => {
  test('comes back by itself, merges what was typed meanwhile, and says so for 3 s', async () => {
    await open()
    socket.lose()
    expect(indicator()).toBe('reconnecting')
    type('# offline\n', 0)
    expect(session.getState().unacknowledged).toBe(1)
    expect(server.handle(socket)).toEqual([])
    server.code.insert(server.code.length, 'print(2)\n')
    await later(500)
    expect(socket.connects).toBe(2)
    server.isCommitting = false
    await enter()
    expect([text(), server.text]).toEqual(Array(2).fill('# offline\nprint(1)\nprint(2)\n'))
    expect(indicator()).toBe('saving')
    server.commit()
    await later(300)
    expect(indicator()).toBe('back')
    await later(2_700)
    expect(indicator()).toBe('saved')
  })

  test('what the server had got before the loss is not doubled', async () => {
    await open()
    server.isCommitting = false
    type('x')
    server.handle(socket)
    socket.lose()
    server.commit()
    expect(session.getState().unacknowledged).toBe(1)
    server.isCommitting = true
    await later(500)
    await enter()
    expect([text(), server.text]).toEqual(Array(2).fill('print(1)\nx'))
    expect(session.getState().unacknowledged).toBe(0)
  })

  test('what the server has lost comes back from here, whoever wrote it', async () => {
    await open()
    server.edit(socket, (code) => code.insert(0, '# hers\n'))
    type('# mine\n')
    server.handle(socket)
    socket.lose()
    const { text: had } = server
    renewServer('')
    await later(500)
    await enter()
    expect(server.text).toBe(had)
  })

  test('a page that slept asks what it has missed', async () => {
    await open()
    server.code.insert(0, '# unheard\n')
    document.dispatchEvent(new Event('resume'))
    await later(300)
    expect(indicator()).toBe('saving')
    server.handle(socket)
    expect([text(), indicator()]).toEqual(['# unheard\nprint(1)\n', 'saved'])
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
    answerLook(() => Promise.resolve(refusedWith(404)))
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

  test('a change that nobody answers, on a line that is silent, gives the connection up', async () => {
    await open()
    type('x')
    await later(9_000)
    expect(indicator()).toBe('reconnecting')
  })
})

describe('in the room', () => {
  test('one slow answer is checked before it is called slow', async () => {
    await open()
    await later(10_000)
    await later(200)
    server.handle(socket)
    await later(1_000)
    await later(10)
    server.handle(socket)
    expect(session.getState().roundTripMs).toBeLessThan(50)
  })

  test('a new token goes to the server while connected', async () => {
    await open()
    giveToken('fresh')
    expect(socket.last('refresh')?.payload).toEqual({ token: 'fresh' })
  })

  test('what makes no sense is ignored and noted', async () => {
    await open()
    socket.receive('yjs', 'all of it')
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
