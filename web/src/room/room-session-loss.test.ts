import { describe, expect, test } from 'vitest'
import {
  answerLook,
  enter,
  indicator,
  later,
  open,
  refusedWith,
  renewServer,
  server,
  session,
  settle,
  socket,
  text,
  type,
  withSession,
} from './room-session-fixture'

withSession()

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
