// A client that does what the product's first version did, and no more: it knows no acks, no `rev`,
// no streams. It has to work as it was.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { io } from 'socket.io-client'

import { http, person, roomOf } from '../support/people.mjs'

const base = process.env.BASE_URL
const ada = await person(base, 'Ada')
const ben = await person(base, 'Ben', { guest: true })

/** An editor's text, changed by ranges as Monaco's `executeEdits` does it: all at once. */
class Editor {
  text = ''

  offset({ lineNumber, column }) {
    const lines = this.text.split('\n').slice(0, lineNumber - 1)
    return lines.reduce((sum, line) => sum + line.length + 1, 0) + column - 1
  }

  apply(changes) {
    const edits = changes.map(({ range, text }) => ({
      start: this.offset({ lineNumber: range.startLineNumber, column: range.startColumn }),
      end: this.offset({ lineNumber: range.endLineNumber, column: range.endColumn }),
      text,
    }))
    for (const { start, end, text } of edits.sort((a, b) => b.start - a.start))
      this.text = this.text.slice(0, start) + text + this.text.slice(end)
  }

  /** Types at an offset; answers the change event of the editor. */
  type(offset, text) {
    const before = this.text.slice(0, offset).split('\n')
    const [line, column] = [before.length, before.at(-1).length + 1]
    const range = { startLineNumber: line, startColumn: column, endLineNumber: line, endColumn: column }
    const changes = [{ range, rangeOffset: offset, rangeLength: 0, text, forceMoveMarkers: false }]
    this.apply(changes)
    return changes
  }
}

function firstVersion(t, who, room_id) {
  const editor = new Editor()
  const carets = {}
  const results = []
  const listeners = new Set()
  const socket = io(base, { transports: ['websocket'], auth: { token: who.token }, forceNew: true })
  t.after(() => socket.disconnect())
  const changed = () => [...listeners].forEach((look) => look())

  socket.on('connect', () => socket.emit('join', { room_id }))
  socket.on('initial-code', ({ code }) => ((editor.text = code), changed()))
  socket.on('code-update', ({ changes }) => (editor.apply(changes), changed()))
  socket.on('cursor', ({ userId, lineNumber, column }) => ((carets[userId] = [lineNumber, column]), changed()))
  socket.on('execution-result', ({ output }) => (results.push(output), changed()))

  return {
    editor,
    carets,
    results,
    type(offset, text) {
      const changes = editor.type(offset, text)
      socket.emit('code_change', { changes, code: editor.text })
    },
    moveCaret(lineNumber, column) {
      socket.emit('cursor', { userId: who.id, sid: socket.id, lineNumber, column })
    },
    /** Resolves when what it asks for is so. */
    sees: (what) =>
      new Promise((resolve) => {
        const look = () => {
          if (!what()) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
      }),
  }
}

test('two clients of the first version edit, point and run together', { timeout: 60_000 }, async (t) => {
  const room = await roomOf(base, ada, [ben])
  const a = firstVersion(t, ada, room)
  const b = firstVersion(t, ben, room)
  await a.sees(() => a.editor.text !== '')
  await b.sees(() => b.editor.text !== '')
  const starter = a.editor.text
  assert.equal(b.editor.text, starter)

  a.type(0, '# from A\n')
  await b.sees(() => b.editor.text === `# from A\n${starter}`)
  b.type(b.editor.text.length, 'print("both")\n')
  await a.sees(() => a.editor.text === `# from A\n${starter}print("both")\n`)

  a.moveCaret(2, 3)
  await b.sees(() => b.carets[ada.id]?.join() === '2,3')

  const run = await http(base, 'POST', `/rooms/${room}/run`, { token: ben.token, body: { language: 'python' } })
  assert.equal(run.status, 202)
  for (const client of [a, b]) {
    await client.sees(() => client.results.length > 0)
    assert.match(client.results[0], /both\n$/)
  }
})

test('both type at the same moment, and end with the same text', { timeout: 60_000 }, async (t) => {
  const room = await roomOf(base, ada, [ben])
  const a = firstVersion(t, ada, room)
  const b = firstVersion(t, ben, room)
  await a.sees(() => a.editor.text !== '')
  await b.sees(() => b.editor.text !== '')
  const starter = a.editor.text
  for (let i = 0; i < 20; i++) {
    a.type(0, 'a')
    b.type(b.editor.text.length, 'b')
  }
  const whole = 'a'.repeat(20) + starter + 'b'.repeat(20)
  for (const client of [a, b]) await client.sees(() => client.editor.text === whole)
  const text = (await http(base, 'GET', `/rooms/${room}/code`, { token: ada.token })).text
  assert.equal(text, whole)
})
