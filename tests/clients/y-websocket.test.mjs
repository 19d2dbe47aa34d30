// The official y-websocket client, unmodified, alone and beside both kinds of Socket.IO client.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

import { Server } from '../support/server.mjs'
import { enter, http, insertion, person, roomOf, shownByMonaco, until } from '../support/people.mjs'
import { SocketReplica } from '../support/socket-replica.mjs'

const base = process.env.BASE_URL
const ada = await person(base, 'Ada')
const ben = await person(base, 'Ben', { guest: true })
const textOf = async (room, at = base) =>
  (await http(at, 'GET', `/rooms/${room}/code`, { token: ada.token })).text

/** A provider as an editor makes it. Within one process BroadcastChannel would go past the server. */
async function provide(t, who, room, { at = base, doc = new Y.Doc() } = {}) {
  const provider = new WebsocketProvider(`${at.replace('http', 'ws')}/yjs`, room, doc, {
    params: { token: who.token },
    WebSocketPolyfill: WebSocket,
    disableBc: true,
    maxBackoffTime: 200,
  })
  provider.text = doc.getText('code')
  t.after(() => {
    provider.destroy()
    doc.destroy() // and the timers of its awareness
  })
  await until('the first synchronisation', () => provider.synced)
  return provider
}

test('three kinds of client edit one text at once', async (t) => {
  const room = await roomOf(base, ada, [ben])
  const first = await provide(t, ada, room)
  const socket = await enter(t, base, ben, room, { join: { sync: 'yjs' } })
  const second = new SocketReplica(socket)
  await until('the second replica has the text', () => second.text.toString() === first.text.toString())
  const delta = await enter(t, base, ben, room)
  let { code, rev } = await delta.hear('initial-code')
  assert.equal(code, first.text.toString())
  delta.on('code-update', (update) => {
    code = shownByMonaco(code, update.changes)
    rev = update.rev
  })

  for (let i = 0; i < 30; i++) {
    first.text.insert(0, `a${i}.`)
    second.text.insert(second.text.length, `.b${i}`)
    if (i % 7 === 3) first.text.delete(0, 1)
    if (i % 5 === 0) {
      const change = insertion(code, 0, `d${i};`)
      code = change.code
      const answer = await delta.ask('code_change', { ...change, rev })
      assert.equal(answer.ok, true)
    }
  }
  const everybody = () => [first.text.toString(), second.text.toString(), code]
  await until('all have the same text', () => new Set(everybody()).size === 1).catch((problem) => {
    throw new Error(`${problem.message}: ${JSON.stringify(everybody())}`)
  })
  for (const part of ['a29.', '.b29', 'd25;', '.b0.b1.b2']) assert.ok(code.includes(part), part)
  assert.equal(await textOf(room), code)
  assert.ok(await second.isAcknowledged())
})

test('an update over Socket.IO is answered after the commit, and a refused one says why', async (t) => {
  const room = await roomOf(base, ada, [ben])
  const socket = await enter(t, base, ben, room, { join: { sync: 'yjs' } })
  const replica = new SocketReplica(socket)
  await until('the text', () => replica.text.length > 0)
  assert.deepEqual(await replica.type(0, '# Ben\n'), { ok: true })
  assert.ok((await textOf(room)).startsWith('# Ben\n'))

  const too_much = await replica.type(0, 'x'.repeat(1_048_577))
  assert.equal(too_much.ok, false)
  assert.ok(['too_large', 'code_too_large'].includes(too_much.error.code), too_much.error.code)
  assert.equal(socket.connected, true)

  const role = { token: ada.token, body: { role: 'viewer' } }
  assert.equal((await http(base, 'PUT', `/rooms/${room}/members/${ben.id}`, role)).status, 204)
  const viewer = await enter(t, base, ben, room, { join: { sync: 'yjs' } })
  const reader = new SocketReplica(viewer)
  await until('the text', () => reader.text.toString().startsWith('# Ben\n'))
  const refused = await reader.type(0, 'vandal')
  assert.equal(refused.error.code, 'forbidden')
  assert.ok(!(await textOf(room)).includes('vandal'))
})

test('carets cross between the kinds', async (t) => {
  const room = await roomOf(base, ada, [ben])
  const provider = await provide(t, ada, room)
  const delta = await enter(t, base, ben, room)
  const { code } = await delta.hear('initial-code')

  delta.emit('cursor', { userId: ben.id, lineNumber: 1, column: 3 })
  const stateOf = (name) => [...provider.awareness.getStates().values()].find((state) => state.user?.name === name)
  await until("Ben's caret in awareness", () => stateOf('Ben')?.cursor)
  const { head } = stateOf('Ben').cursor
  const place = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(head), provider.doc)
  assert.equal(place.index, 2)

  provider.awareness.setLocalStateField('user', { name: 'Not Ada', color: '#000000' })
  const at = Y.createRelativePositionFromTypeIndex(provider.text, code.length)
  provider.awareness.setLocalStateField('cursor', { anchor: at, head: at })
  const caret = await delta.hear('cursor')
  const lines = code.split('\n')
  assert.deepEqual(
    [caret.name, caret.userId, caret.lineNumber, caret.column],
    ['Ada', ada.id, lines.length, lines.at(-1).length + 1],
  )
  const other = await provide(t, ben, room)
  const shown = () => other.awareness.getStates().get(provider.doc.clientID)
  await until('her caret, at the other page', () => shown()?.cursor)
  assert.deepEqual([shown().user.name, shown().user.color], ['Ada', caret.color])
})

test('what was typed offline, and other shared types, arrive', async (t) => {
  const room = await roomOf(base, ada, [ben])
  const a = await provide(t, ada, room)
  const b = await provide(t, ben, room)
  assert.equal(b.doc.getMap('meta').get('language'), 'python')
  a.disconnect()
  a.text.insert(0, 'offline ')
  a.doc.getArray('notes').push([{ n: 1 }, 'two'])
  b.text.insert(0, 'online ')
  a.connect()
  await until('one text', () => a.text.toString() === b.text.toString() && b.text.toString().includes('offline'))
  assert.ok(a.text.toString().includes('online'))
  assert.deepEqual(b.doc.getArray('notes').toJSON(), [{ n: 1 }, 'two'])
})

test('nothing is doubled and nobody remains when the server restarts', async (t) => {
  const server = await Server.start()
  t.after(() => server.dispose())
  const owner = await person(server.base, 'Ada')
  const room = await roomOf(server.base, owner)
  const a = await provide(t, owner, room, { at: server.base })
  const b = await provide(t, owner, room, { at: server.base })
  a.awareness.setLocalStateField('user', { name: 'Ada' })
  a.text.insert(0, 'before ')
  await until('it is there', () => b.text.toString().startsWith('before '))
  await server.restart('SIGKILL')
  a.text.insert(0, 'after ')
  const expected = a.text.toString()
  await until('both are back', () => a.wsconnected && b.wsconnected && b.text.toString() === expected)
  await until('Ada is seen again', () => b.awareness.getStates().get(a.doc.clientID)?.user?.name === 'Ada')
  a.destroy()
  await until('Ada is gone', () => !b.awareness.getStates().has(a.doc.clientID))
  const { text } = await http(server.base, 'GET', `/rooms/${room}/code`, { token: owner.token })
  assert.equal(text, expected)
})
