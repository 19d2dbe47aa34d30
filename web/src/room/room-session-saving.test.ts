import { beforeEach, describe, expect, test } from 'vitest'
import {
  enter,
  indicator,
  later,
  open,
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
