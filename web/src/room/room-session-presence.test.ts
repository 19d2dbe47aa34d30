import { describe, expect, test, vi } from 'vitest'
import { toRelative } from './document/relative'
import { peopleIn } from './room-data'
import {
  ben,
  enter,
  later,
  me,
  open,
  roomState,
  server,
  session,
  socket,
  type,
  withSession,
} from './room-session-fixture'

withSession()

describe('presence', () => {
  const caretAt = (offset: number) =>
    toRelative(session.document.replica.code, { anchor: offset, head: offset })
  const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
  /** What the server knows of this client. */
  const mine = () => [...server.awareness.getStates().values()] as Record<string, unknown>[]
  const carets = () => session.cursors.all.map(({ name, slot, head }) => ({ name, slot, head }))
  const bensCaret = (offset: number) => {
    const at = toRelative(server.code, { anchor: offset, head: offset })
    return { sid: 's2', user: { name: 'Ben', color: '#b45309' }, cursor: at, selection: at }
  }

  test('carets: at most one each 100 ms, the last one always', async () => {
    await open()
    const before = socket.count('yjs')
    for (let offset = 1; offset <= 5; offset++) session.moveCaret(caretAt(offset))
    await later(100)
    expect(socket.count('yjs') - before).toBe(2)
    server.handle(socket)
    expect(mine()).toMatchObject([{ sid: 's1', user: { name: 'Ada' } }])
    expect(mine()[0]?.['cursor']).toEqual(asJson(caretAt(5)))
    expect(mine()[0]?.['selection']).toEqual(mine()[0]?.['cursor'])
  })

  test('one’s own caret that only others’ text has moved is not news', async () => {
    await open()
    session.moveCaret(caretAt(5))
    server.edit(socket, (code) => code.insert(0, '# hers\n'))
    await later(100)
    const before = socket.count('yjs')
    session.moveCaret(caretAt(12))
    await later(100)
    expect(socket.count('yjs')).toBe(before)
  })

  test('another’s caret moves with the text and goes when they say so', async () => {
    await open()
    socket.receive('user-joined', ben)
    const his = server.say(socket, bensCaret(5))
    type('##', 0)
    expect(carets()).toEqual([{ name: 'Ben', slot: 2, head: 7 }])
    server.say(socket, null, his)
    expect(carets()).toEqual([])
  })

  test('name and colour are those of the room’s list; of nobody in it there is no caret', async () => {
    await open()
    const his = server.say(socket, { ...bensCaret(5), user: { name: 'Eve', color: '#ff0000' } })
    expect(carets()).toEqual([])
    socket.receive('user-joined', ben)
    expect(carets()).toEqual([{ name: 'Ben', slot: 2, head: 5 }])
    expect(session.cursors.all[0]?.sid).toBe('s2')
    socket.receive('user-disconnected', { sid: 's2', userId: 'u2' })
    expect(carets()).toEqual([])
    expect(session.getState().data.chat.map(({ kind }) => kind)).toEqual(['joined', 'left'])
    server.say(socket, { user: { name: 'Ben' }, cursor: bensCaret(5).cursor }, his)
    socket.receive('user-joined', ben)
    expect(carets()).toEqual([])
  })

  test('who types is seen to, though the caret stays at its letter', async () => {
    await open()
    socket.receive('user-joined', ben)
    server.say(socket, { ...bensCaret(5), doc: server.doc.clientID })
    await later(5_000)
    server.edit(socket, (code) => code.insert(5, 'x'))
    expect(carets()).toEqual([{ name: 'Ben', slot: 2, head: 6 }])
    expect(session.cursors.all[0]?.movedAt).toBe(Date.now())
  })

  test('a lost connection takes the others’ carets along, and each joining is somebody new', async () => {
    await open()
    socket.receive('user-joined', ben)
    session.moveCaret(caretAt(3))
    server.handle(socket)
    const [before] = server.awareness.getStates().keys()
    const his = server.say(socket, bensCaret(5))
    socket.lose()
    expect(session.cursors.all).toEqual([])
    await later(500)
    await enter()
    socket.receive('room-state', { ...roomState, users: [me, ben] })
    // The same as he said before, with the same clock: it counts again.
    server.say(socket, his.getLocalState(), his)
    expect(carets()).toEqual([{ name: 'Ben', slot: 2, head: 5 }])
    const [, after] = server.awareness.getStates().keys()
    expect(after).not.toBe(before)
    expect(mine()[1]).toMatchObject({ sid: 's1', cursor: asJson(caretAt(3)) })
  })

  test('a page that goes takes its caret along; one that comes back has it again', async () => {
    await open()
    session.moveCaret(caretAt(3))
    window.dispatchEvent(new Event('pagehide'))
    server.handle(socket)
    expect(mine()).toEqual([])
    window.dispatchEvent(new Event('pageshow'))
    server.handle(socket)
    expect(mine()).toHaveLength(1)
  })

  test('who looks elsewhere for a minute is away, and says so', async () => {
    await open()
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    document.dispatchEvent(new Event('visibilitychange'))
    for (let seconds = 0; seconds < 60; seconds++) {
      await later(1_000)
      server.handle(socket)
    }
    expect(mine()).toMatchObject([{ away: true }])
    hidden.mockReturnValue(false)
    document.dispatchEvent(new Event('visibilitychange'))
    server.handle(socket)
    expect(mine()[0]?.['away']).toBeUndefined()
  })

  test('another who is away is shown so until they are back, or gone', async () => {
    await open()
    socket.receive('user-joined', ben)
    const away = () => peopleIn(session.getState().data, session.getState().away)[1]?.isAway
    const his = server.say(socket, { ...bensCaret(5), away: true })
    expect([away(), session.cursors.all[0]?.isAway]).toEqual([true, true])
    // A page that sleeps may be too slow to say it again in time.
    server.say(socket, null, his)
    expect(away()).toBe(true)
    server.say(socket, bensCaret(5), his)
    expect([away(), session.cursors.all[0]?.isAway]).toEqual([false, false])
  })
})
