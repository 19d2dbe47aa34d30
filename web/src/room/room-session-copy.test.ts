import { describe, expect, test } from 'vitest'
import {
  answerJoin,
  enter,
  indicator,
  later,
  open,
  refusedWith,
  renewSession,
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

describe('the copy on this device', () => {
  async function reload() {
    session.dispose()
    renewSession()
    await open()
  }

  test('is kept without a connection, found after a reload, and gone when all is saved', async () => {
    await open()
    socket.lose()
    type('# offline')
    await settle()
    expect([rows.count, session.wouldLose(1_000)]).toEqual([1, false])
    type('!')
    await settle()
    server.code.insert(0, '# hers\n')
    await reload()
    expect([text(), server.text]).toEqual(Array(2).fill('# hers\nprint(1)\n# offline!'))
    await settle()
    expect(rows.count).toBe(0)
  })

  test('is not made for what is acknowledged within a second', async () => {
    await open()
    server.isCommitting = false
    type('x')
    server.handle(socket)
    await later(999)
    expect(rows.count).toBe(0)
    await later(1)
    expect(rows.count).toBe(1)
    server.commit()
    await settle()
    expect(rows.count).toBe(0)
  })

  test('leaving asks only when there is none and the server may not have it either', async () => {
    await open()
    expect(session.wouldLose(1_000)).toBe(false)
    rows.isFull = true
    socket.lose()
    type('x')
    await settle()
    expect(session.wouldLose(1_000)).toBe(true)
  })

  test('counts as waiting until the server has it', async () => {
    await open()
    socket.lose()
    type('# offline')
    await settle()
    session.dispose()
    renewSession()
    session.start()
    await settle()
    expect([text(), indicator()]).toEqual(['print(1)\n# offline', 'loading'])
    expect(session.getState().hasCopy).toBe(true)
    expect(session.getState().unacknowledged).toBe(1)
    server.isCommitting = false
    await enter()
    expect(indicator()).toBe('saving')
    server.commit()
    await later(300)
    expect(indicator()).toBe('saved')
  })

  test.each(['not-found', 'removed', 'deleted'] as const)(
    'is wiped when the room is %s',
    async (end) => {
      await open()
      socket.lose()
      type('# offline')
      await settle()
      expect(rows.count).toBe(1)
      if (end === 'not-found') {
        session.dispose()
        renewSession()
        answerJoin(() => Promise.resolve(refusedWith(404)))
        session.start()
      } else {
        socket.accept()
        socket.receive('room-closed', {
          room_id: 'room',
          ...(end === 'removed' && { reason: end }),
        })
      }
      await settle()
      expect(session.getState().link).toEqual({ phase: 'ended', reason: end })
      expect(rows.count).toBe(0)
      expect(server.text).toBe('print(1)\n')
    },
  )

  test('stays when only the sign-in is over', async () => {
    await open()
    socket.lose()
    type('# offline')
    answerJoin(() => Promise.resolve(refusedWith(401)))
    socket.refuse('invalid_token')
    socket.refuse('invalid_token')
    await settle()
    expect(session.getState().link).toEqual({ phase: 'ended', reason: 'session-over' })
    expect(rows.count).toBe(1)
  })

  test('that was deleted in the settings is made again, since it is still needed', async () => {
    await open()
    socket.lose()
    type('x')
    await settle()
    await rows.removeAll()
    expect([rows.count, session.wouldLose(1_000)]).toEqual([0, true])
    type('y')
    await settle()
    expect([rows.count, session.wouldLose(1_000)]).toEqual([1, false])
  })
})
