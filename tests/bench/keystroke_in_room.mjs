// What a keystroke costs the whole server, in a room of two, from the frame in to the frame out and
// its commit: CPU time by thread, system calls (strace) and allocations (valgrind). One types, and
// types on once the other has got it, on a grid of 20 ms, so that nothing is shared by several keystrokes.
//
//   node tests/bench/keystroke_in_room.mjs [KEYSTROKES]     CODENCOLLAB=PROGRAM for another build
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

import { enter, insertion, person, roomOf, until } from '../support/people.mjs'
import { Server } from '../support/server.mjs'
import { SocketReplica } from '../support/socket-replica.mjs'

const keystrokes = Number(process.argv[2] ?? 500)
if (!(keystrokes > 0)) throw new Error('KEYSTROKES is a number from 1 on')
const grid_ms = 20
const text_before = `${'x'.repeat(39)}\n`.repeat(100)
// Without a runner of its own: what is measured is one process.
const args = ['--piston-api', 'http://127.0.0.1:9']

/** Each makes two clients and answers `type(offset, text)`, which resolves once the other has it. */
const kinds = {
  async 'delta (full text in each edit)'(base, [ada, ben], room, test) {
    const typist = await enter(test, base, ada, room)
    const other = await enter(test, base, ben, room)
    let { code } = await typist.hear('initial-code')
    return async (offset, text) => {
      const change = insertion(code, offset, text)
      code = change.code
      typist.emit('code_change', change)
      await other.hear('code-update')
    }
  },
  async 'Yjs over Socket.IO'(base, [ada, ben], room, test) {
    const join = { sync: 'yjs' }
    const typist = new SocketReplica(await enter(test, base, ada, room, { join }))
    test.before_end = () => typist.isAcknowledged()
    const other = new SocketReplica(await enter(test, base, ben, room, { join }))
    return typing(typist, other)
  },
  async 'y-websocket'(base, people, room, test) {
    const [typist, other] = people.map((who) => {
      const provider = new WebsocketProvider(`${base.replace('http', 'ws')}/yjs`, room, new Y.Doc(), {
        params: { token: who.token },
        WebSocketPolyfill: WebSocket,
        disableBc: true,
      })
      test.after(() => provider.destroy())
      return { doc: provider.doc, text: provider.doc.getText('code') }
    })
    return typing(typist, other)
  },
}

async function typing(typist, other) {
  await until('both are there', () => typist.doc.share.size > 1 && other.doc.share.size > 1)
  return async (offset, text) => {
    const arrived = new Promise((resolve) => other.doc.once('update', resolve))
    typist.text.insert(offset, text)
    await arrived
  }
}

/** Starts a server, types a few letters to warm up, and then so many between `begin` and `end`, which is
 *  told what `begin` saw. Answers what `end` says; without it, the whole log of the server. */
async function measure(kind, count, { under, begin = () => undefined, end = () => undefined } = {}) {
  const server = await Server.start({ args, under })
  const ends = []
  const test = { after: (task) => ends.push(task) }
  let seen
  try {
    const people = [await person(server.base, 'Ada'), await person(server.base, 'Ben', { guest: true })]
    const room = await roomOf(server.base, people[0], [people[1]])
    const type = await kinds[kind](server.base, people, room, test)
    const onTheGrid = async (from, to) => {
      const start = performance.now()
      for (let i = from; i < to; i++) {
        await type(i, 'a')
        await pause(Math.max(0, start + (i + 1 - from) * grid_ms - performance.now()))
      }
    }
    await type(0, text_before)
    await onTheGrid(0, 50)
    seen = await begin(server.child.pid)
    await onTheGrid(50, 50 + count)
    seen = await end(server.child.pid, seen)
    await test.before_end?.()
  } finally {
    for (const task of ends) task()
    await server.stop()
    await server.dispose()
  }
  return seen ?? server.log
}

/** Nanoseconds on a CPU: of the event loops, and of everything else, which is the store's thread. */
function cpu(pid) {
  const of = { loops: 0, store: 0 }
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const path = `/proc/${pid}/task/${thread}`
    const isLoop = readFileSync(`${path}/comm`, 'utf8').startsWith('loop')
    of[isLoop ? 'loops' : 'store'] += Number(readFileSync(`${path}/schedstat`, 'utf8').split(' ')[0])
  }
  return of
}

const per = (total, count) => (total / count).toFixed(1)

async function processorTime(kind) {
  const { loops, store } = await measure(kind, keystrokes, {
    begin: cpu,
    end: (pid, before) => ({ loops: cpu(pid).loops - before.loops, store: cpu(pid).store - before.store }),
  })
  return `${per(loops / 1000, keystrokes)} µs in the loops, ${per(store / 1000, keystrokes)} µs in the store`
}

async function systemCalls(kind) {
  const table = await measure(kind, keystrokes, {
    async begin(pid) {
      const strace = spawn('strace', ['-f', '-c', '-p', String(pid)])
      strace.said = ''
      strace.stderr.on('data', (chunk) => (strace.said += chunk))
      await until('strace is attached', () => strace.said.includes('attached'))
      return strace
    },
    async end(_, strace) {
      const closed = new Promise((resolve) => strace.once('close', resolve))
      strace.kill('SIGINT')
      await closed
      return strace.said
    },
  })
  const counts = [...table.matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?([a-z]\w+)$/gm)]
    .map(([, calls, name]) => [name, Number(calls)])
    .filter(([name]) => name !== 'total')
  const sum = counts.reduce((so_far, [, calls]) => so_far + calls, 0)
  const often = counts.filter(([, calls]) => calls >= keystrokes / 20)
  return `${per(sum, keystrokes)}: ${often.map(([name, calls]) => `${name} ${per(calls, keystrokes)}`).join(', ')}`
}

/** The difference of two runs, so that starting and ending do not count. */
async function allocations(kind) {
  const under = ['valgrind', '--leak-check=no']
  const count = async (n) => {
    const log = await measure(kind, n, { under })
    return Number(/total heap usage: ([\d,]+) allocs/.exec(log)[1].replaceAll(',', ''))
  }
  return per((await count(50 + keystrokes)) - (await count(50)), keystrokes)
}

const has = (program) => spawnSync('which', [program]).status === 0

for (const kind of Object.keys(kinds)) {
  console.log(kind)
  console.log(`  CPU           ${await processorTime(kind)}`)
  console.log(`  system calls  ${has('strace') ? await systemCalls(kind) : 'strace is not installed'}`)
  console.log(`  allocations   ${has('valgrind') ? await allocations(kind) : 'valgrind is not installed'}`)
}
