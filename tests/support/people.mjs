// People, rooms and sockets for tests, made through the public API with unmodified client libraries.
import assert from 'node:assert/strict'

import { createClient } from '@supabase/supabase-js'
import { io } from 'socket.io-client'
import WebSocket from 'ws'

const patience_ms = 20_000
let count = 0

export function supabase(base) {
  return createClient(base, 'embedded', {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport: WebSocket }, // the library wants one on old Node versions
  })
}

/** Signs somebody up; a guest without `email`. */
export async function person(base, name, { guest = false } = {}) {
  const { auth } = supabase(base)
  const options = { data: { name } }
  const email = `person-${process.pid}-${count++}@example.com`
  const { data, error } = guest
    ? await auth.signInAnonymously({ options })
    : await auth.signUp({ email, password: 'correct horse', options })
  assert.equal(error, null)
  return { id: data.user.id, name, email, token: data.session.access_token, auth }
}

export async function http(base, method, path, { token, body, headers = {} } = {}) {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
}

/** A room of `owner`'s that all `others` have joined. */
export async function roomOf(base, owner, others = [], body = { language: 'python' }) {
  const made = await http(base, 'POST', '/rooms', { token: owner.token, body })
  assert.equal(made.status, 201, made.text)
  const id = made.json.room_id
  for (const other of others) {
    const joined = await http(base, 'POST', `/rooms/${id}/join`, { token: other.token, body: {} })
    assert.equal(joined.status, 200, joined.text)
  }
  return id
}

/** A socket that keeps what it hears, so that nothing is missed by listening too late. */
export function socket(base, who, options = {}) {
  const client = io(base, {
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
    auth: who ? { token: who.token } : {},
    ...options,
  })
  const unread = []
  const waiting = new Set()
  const hear = (name, payload) => {
    unread.push({ name, payload })
    for (const look of [...waiting]) look()
  }
  client.onAny((name, payload) => hear(name, payload))
  for (const name of ['connect', 'disconnect', 'connect_error']) client.on(name, (payload) => hear(name, payload))

  return Object.assign(client, {
    /** The first unread event of that name that fits, now or later. */
    hear(name, fits = () => true) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`no '${name}'; heard: ${unread.map((event) => event.name).join(' ') || 'nothing'}`))
        }, patience_ms)
        const look = () => {
          const at = unread.findIndex((event) => event.name === name && fits(event.payload))
          if (at < 0) return
          const [event] = unread.splice(at, 1)
          clearTimeout(timer)
          waiting.delete(look)
          resolve(event.payload)
        }
        waiting.add(look)
        look()
      })
    },
    heardCount: (name) => unread.filter((event) => event.name === name).length,
    ask: (name, payload) => client.timeout(patience_ms).emitWithAck(name, payload),
  })
}

/** Connects and enters a room. `test` is node:test's context: the socket goes when the test ends. */
export async function enter(test, base, who, room, { join = {}, ...options } = {}) {
  const client = socket(base, who, options)
  test.after(() => client.disconnect())
  await client.hear('connect')
  const answer = await client.ask('join', { room_id: room, ...join })
  assert.equal(answer.ok, true, JSON.stringify(answer))
  return client
}

/** Looks again and again whether something has happened that has no event of its own. */
export async function until(what, has_happened) {
  const end = Date.now() + patience_ms
  while (!(await has_happened())) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** An insertion as Monaco reports it: the change and the full text after it. */
export function insertion(text, offset, inserted) {
  const before = text.slice(0, offset).split('\n')
  const [lineNumber, column] = [before.length, before.at(-1).length + 1]
  const range = { startLineNumber: lineNumber, startColumn: column, endLineNumber: lineNumber, endColumn: column }
  return {
    changes: [{ range, rangeOffset: offset, rangeLength: 0, text: inserted }],
    code: text.slice(0, offset) + inserted + text.slice(offset),
  }
}

/** Replaces the whole text. */
export function replacement(text, next) {
  const lines = text.split('\n')
  const range = { startLineNumber: 1, startColumn: 1, endLineNumber: lines.length, endColumn: lines.at(-1).length + 1 }
  return { changes: [{ range, rangeOffset: 0, rangeLength: text.length, text: next }], code: next }
}

export const applied = (text, changes) =>
  changes.reduce((so_far, { rangeOffset, rangeLength, text: inserted }) =>
    so_far.slice(0, rangeOffset) + inserted + so_far.slice(rangeOffset + rangeLength), text)

/** What Monaco makes of changes that it is given: they are placed by line and column, and those outside the text
 * at its nearest end. Where two type at once that differs from `rangeOffset`, and it is what the server reckons with. */
export function shownByMonaco(text, changes) {
  return changes.reduce((so_far, { range, text: inserted }) => {
    const lines = so_far.split('\n')
    const offsetOf = (lineNumber, column) => {
      if (lineNumber > lines.length) return so_far.length
      const before = lines.slice(0, lineNumber - 1).reduce((sum, line) => sum + line.length + 1, 0)
      return before + Math.min(column - 1, lines[lineNumber - 1].length)
    }
    const start = offsetOf(range.startLineNumber, range.startColumn)
    const end = offsetOf(range.endLineNumber, range.endColumn)
    return so_far.slice(0, start) + inserted + so_far.slice(end)
  }, text)
}
