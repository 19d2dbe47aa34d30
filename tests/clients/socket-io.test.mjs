// The official JavaScript client, unmodified, over every transport.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { applied, enter, http, insertion, person, replacement, roomOf, socket } from '../support/people.mjs'

const base = process.env.BASE_URL
const ada = await person(base, 'Ada')
const ben = await person(base, 'Ben', { guest: true })
const textOf = async (room) => (await http(base, 'GET', `/rooms/${room}/code`, { token: ada.token })).text

for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
  test(`two people share a room over ${transports.join(' then ')}`, async (t) => {
    const room = await roomOf(base, ada, [ben])
    const a = await enter(t, base, ada, room, { transports })
    const b = await enter(t, base, ben, room, { transports })
    const { code } = await a.hear('initial-code')
    assert.equal((await b.hear('initial-code')).code, code)

    const state = await b.hear('room-state')
    assert.equal(state.role, 'editor')
    assert.equal(state.you.userId, ben.id)
    assert.deepEqual(state.users.map((user) => user.name).sort(), ['Ada', 'Ben'])
    assert.equal((await a.hear('user-joined')).name, 'Ben')

    const change = insertion(code, 0, '# 👩‍💻 é\n')
    assert.equal((await a.ask('code_change', change)).ok, true)
    assert.equal(applied(code, (await b.hear('code-update')).changes), change.code)
    assert.equal(await textOf(room), change.code)
    assert.equal(a.heardCount('code-update'), 0)

    b.emit('cursor', { userId: ada.id, lineNumber: 2, column: 3 }) // speaks for itself alone
    const caret = await a.hear('cursor')
    assert.deepEqual([caret.userId, caret.name, caret.lineNumber, caret.column], [ben.id, 'Ben', 2, 3])

    assert.equal((await b.ask('chat_message', { text: '<b>hello</b> 👋' })).ok, true)
    for (const client of [a, b]) assert.equal((await client.hear('new-message')).text, '<b>hello</b> 👋')

    b.disconnect()
    assert.equal((await a.hear('user-disconnected')).userId, ben.id)
  })
}

test('both of two edits made at the same moment are kept', async (t) => {
  const room = await roomOf(base, ada, [ben])
  const a = await enter(t, base, ada, room)
  const b = await enter(t, base, ben, room)
  const { code } = await a.hear('initial-code')
  await Promise.all([
    a.ask('code_change', insertion(code, 0, '# Ada\n')),
    b.ask('code_change', insertion(code, code.length, '# Ben\n')),
  ])
  assert.equal(await textOf(room), `# Ada\n${code}# Ben\n`)
})

test('a change outside the text is refused, and only that client gets the true text', async (t) => {
  const room = await roomOf(base, ada, [ben])
  const a = await enter(t, base, ada, room)
  const b = await enter(t, base, ben, room)
  const { code } = await a.hear('initial-code')
  const wrong = insertion(code, code.length, 'x')
  wrong.changes[0].rangeOffset = code.length + 50
  const answer = await a.ask('code_change', { changes: wrong.changes })
  assert.equal(answer.ok, false)
  assert.equal(answer.error.code, 'invalid_change')
  const repair = await a.hear('code-update')
  assert.equal(applied(`${code}${' '.repeat(50)}x`, repair.changes), code)
  assert.equal(await textOf(room), code)
  assert.equal((await b.ask('chat_message', { text: 'still here' })).ok, true)
  assert.equal(b.heardCount('code-update'), 0)
})

test('a client whose text has drifted keeps what it typed and gets the true text', async (t) => {
  const room = await roomOf(base, ada)
  const a = await enter(t, base, ada, room)
  const { code } = await a.hear('initial-code')
  const drifted = `${code}${' '.repeat(50)}`
  const change = insertion(drifted, drifted.length, 'x')
  assert.equal((await a.ask('code_change', change)).ok, true)
  assert.equal(applied(change.code, (await a.hear('code-update')).changes), `${code}x`)
  assert.equal(await textOf(room), `${code}x`)
})

test('ten thousand changes in one event, and overlapping ones, are refused', async (t) => {
  const room = await roomOf(base, ada)
  const a = await enter(t, base, ada, room)
  const { code } = await a.hear('initial-code')
  const [change] = insertion(code, 0, 'x').changes
  const many = await a.ask('code_change', { changes: Array.from({ length: 10_000 }, () => change) })
  assert.equal(many.ok, false)
  const range = { startLineNumber: 1, startColumn: 1, endLineNumber: 1, endColumn: 3 }
  const overlapping = { range, rangeOffset: 0, rangeLength: 2, text: '' }
  const twice = await a.ask('code_change', { changes: [overlapping, overlapping] })
  assert.equal(twice.ok, false)
  assert.equal(await textOf(room), code)
})

test('a run prints to everybody, once, and never in the HTTP answer', async (t) => {
  const room = await roomOf(base, ada, [ben])
  const a = await enter(t, base, ada, room)
  const b = await enter(t, base, ben, room)
  const { code } = await a.hear('initial-code')
  await a.ask('code_change', replacement(code, "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(3)\n"))
  const answer = await http(base, 'POST', `/rooms/${room}/run`, { token: ben.token, body: { language: 'python' } })
  assert.equal(answer.status, 202)
  assert.deepEqual(Object.keys(answer.json).sort(), ['run_id', 'status'])
  for (const client of [a, b]) {
    assert.equal((await client.hear('execution-started')).name, 'Ben')
    const result = await client.hear('execution-result')
    assert.equal(result.run_id, answer.json.run_id)
    assert.deepEqual([result.stdout, result.stderr, result.exit_code], ['out\n', 'err\n', 3])
    assert.equal(result.failure, 'runtime_error')
    for (const stream of ['stdout', 'stderr']) {
      const output = await client.hear('execution-output', (told) => told.stream === stream)
      assert.equal(`${stream.slice(3)}\n`.startsWith(output.data), true, output.data) // however it was cut
    }
  }
  await a.ask('chat_message', { text: 'a round trip later' })
  assert.equal(a.heardCount('execution-result'), 0)
})

test('a program reads what people type, and Stop ends it', async (t) => {
  const room = await roomOf(base, ada)
  const a = await enter(t, base, ada, room)
  const { code } = await a.hear('initial-code')
  await a.ask('code_change', replacement(code, "print('hello ' + input())\ninput()\n"))
  const { json } = await http(base, 'POST', `/rooms/${room}/run`, {
    token: ada.token,
    body: { language: 'python', interactive: true },
  })
  await a.hear('execution-started')
  a.emit('execution-input', { run_id: json.run_id, data: 'Ada\n' })
  await a.hear('execution-output', (output) => output.stream === 'stdout' && output.data.includes('hello Ada'))
  const stopped = await http(base, 'DELETE', `/rooms/${room}/runs/${json.run_id}`, { token: ada.token })
  assert.equal(stopped.status, 204)
  assert.equal((await a.hear('execution-result')).failure, 'killed')
})

test('no token and a bad token are refused with the contract’s words', async (t) => {
  for (const [who, message] of [[null, 'Missing token'], [{ token: `${ada.token}x` }, 'Invalid token']]) {
    const client = socket(base, who)
    t.after(() => client.disconnect())
    const error = await client.hear('connect_error')
    assert.equal(error.message, message)
    assert.equal(typeof error.data.code, 'string')
  }
})

test('odd events are answered and the connection lives', async (t) => {
  const room = await roomOf(base, ada)
  const a = await enter(t, base, ada, room)
  const odd = [
    ['no_such_event', {}],
    ['code_change', null],
    ['code_change', { changes: 'x' }],
    ['chat_message', { text: '' }],
    ['chat_message', { text: 'x'.repeat(4001) }],
    ['language_change', { language: 'klingon' }],
    ['join', { room_id: '../etc/passwd' }],
  ]
  for (const [name, payload] of odd) {
    const answer = await a.ask(name, payload)
    assert.equal(answer.ok, false, name)
    assert.equal(typeof answer.error.code, 'string')
  }
  assert.equal((await a.ask('chat_message', { text: 'still here' })).ok, true)
})
