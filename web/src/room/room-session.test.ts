import { describe, expect, test } from 'vitest'
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
  roomState,
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
