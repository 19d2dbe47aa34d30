// Rooms full of clients of every kind that type at once, and what their texts are when all is quiet.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { http, person, roomOf } from '../support/people.mjs'
import { DeltaClient } from './clients/delta.mjs'
import { YWebSocketClient } from './clients/y-websocket.mjs'
import { YjsSocketClient } from './clients/yjs-socket.mjs'
import { Record } from './record.mjs'
import { Typist } from './typist.mjs'
import { until } from './until.mjs'

const checker = fileURLToPath(new URL('checker.mjs', import.meta.url))

const makers = [
  ['delta', (options) => new DeltaClient(options)],
  ['y-websocket', (options) => new YWebSocketClient(options)],
  ['yjs', (options) => new YjsSocketClient(options)],
  ['delta', (options) => new DeltaClient({ ...options, tellsText: true })],
  ['y-websocket', (options) => new YWebSocketClient(options)],
]
/** How clients of these kinds are made; of all kinds when none is named. */
export const makersOf = (kind) =>
  makers.filter(([name]) => kind === undefined || name === kind).map(([, make]) => make)

export class Crowd {
  clients = []
  typists = []
  rooms = []
  problems = []
  /** Names of clients whose edits and connections may well be refused. */
  mayBeRefused = new Set()

  /** `typing`: how a Typist types. `server` is running; clients reach it at `base`. Everybody is in their room when this resolves. */
  static async gather(
    server,
    { rooms, clients, kind, base = server.base, random, onReady, ...typing },
  ) {
    const crowd = new Crowd()
    Object.assign(crowd, { server, base })
    crowd.makers = makersOf(kind)
    crowd.directory = await mkdtemp(join(tmpdir(), 'codencollab-chaos-'))
    crowd.owner = await person(server.base, 'Owner')
    for (let r = 0; r < rooms; r++) {
      const people = await Promise.all(
        Array.from({ length: clients }, (_, c) =>
          person(server.base, `Person ${c}`, { guest: true }),
        ),
      )
      const room = await roomOf(server.base, crowd.owner, people)
      crowd.rooms.push({ room, starter: await crowd.textOf(room) })
      people.forEach((who, c) =>
        crowd.seat(room, `r${r}c${c}`, who, {
          make: crowd.makers[(r + c) % crowd.makers.length],
          random,
          onReady,
          ...typing,
        }),
      )
    }
    await crowd.untilQuiet()
    if (crowd.problems.length > 0) {
      crowd.dispose()
      throw new Error(crowd.problems.join('\n'))
    }
    return crowd
  }

  seat(room, name, who, { make, random, onReady, ...typing }) {
    const client = make({
      base: this.base,
      token: who.token,
      room,
      onReady: () => onReady?.(name),
      onProblem: (problem) =>
        this.mayBeRefused.has(name) || this.problems.push(`${name} (${client.kind}): ${problem}`),
    })
    const record = new Record(this.directory, { room, client: name, kind: client.kind })
    this.clients.push(Object.assign(client, { name, who, record }))
    this.typists.push(new Typist({ name, client, record, random: random.branch(), ...typing }))
  }

  startTyping() {
    for (const typist of this.typists) typist.start()
  }

  stopTyping() {
    for (const typist of this.typists) typist.stop()
  }

  /** How many tokens were typed, acknowledged … so far. */
  counts() {
    const sum = { typed: 0, acknowledged: 0, deleted: 0, deletion_acknowledged: 0 }
    for (const { record } of this.clients) {
      for (const event of Object.keys(sum)) sum[event] += record.counts[event]
    }
    return sum
  }

  /** As the server says it; undefined if it does not. */
  async textOf(room) {
    const answer = await http(this.server.base, 'GET', `/rooms/${room}/code`, {
      token: this.owner.token,
    }).catch(() => undefined)
    return answer?.status === 200 ? answer.text : undefined
  }

  clientsOf(room) {
    return this.clients.filter((client) => client.room === room)
  }

  /** That room and its people count no longer. */
  async forget(room) {
    for (const typist of this.typists) {
      if (typist.client.room === room) typist.stop()
    }
    for (const client of this.clientsOf(room)) {
      client.stop()
      client.record.close()
      await rm(join(this.directory, `${client.name}.jsonl`))
    }
    this.typists = this.typists.filter((typist) => typist.client.room !== room)
    this.clients = this.clients.filter((client) => client.room !== room)
    this.rooms = this.rooms.filter((known) => known.room !== room)
  }

  /** Waits until nothing is on its way and each room is of one text; how long that took, in ms. */
  async untilQuiet(patience_ms = 60_000) {
    const from = performance.now()
    for (const { room } of this.rooms) {
      const here = this.clientsOf(room)
      await until(
        () =>
          `quiet in ${room}: ${here.map(({ name, kind, isReady, isQuiet, text }) => `${name} ${kind} ${isReady} ${isQuiet} ${text.length}`).join(', ')}`,
        async () => {
          if (!here.every((client) => client.isQuiet)) return false
          const text = await this.textOf(room)
          return text !== undefined && here.every((client) => client.text === text)
        },
        Math.max(1_000, patience_ms - (performance.now() - from)),
      ).catch((problem) => this.problems.push(problem.message))
    }
    return performance.now() - from
  }

  /** What each room's text is to everybody: its clients, the server, those who come new, and the
   *  server started anew from what it has stored. Then the checker's word on it: whether all is well. */
  async judge() {
    const finals = []
    for (const { room, starter } of this.rooms) {
      const texts = { 'GET code': await this.textOf(room) }
      const here = this.clientsOf(room)
      for (const client of here) texts[client.name] = client.text
      for (const make of this.makers.slice(0, 2)) {
        const fresh = make({
          base: this.server.base,
          token: here[0].who.token, // the joins of one person are bounded
          room,
          onProblem: (problem) => this.problems.push(problem),
        })
        await until('a fresh client is in its room', () => fresh.isReady)
        texts[`a fresh ${fresh.kind} client`] = fresh.text
        fresh.stop()
      }
      finals.push({ room, starter, texts })
    }
    for (const client of this.clients) client.stop()
    await this.server.restart()
    for (const { room, texts } of finals)
      texts['GET code of the server started anew'] = await this.textOf(room)
    await writeFile(join(this.directory, 'finals.json'), JSON.stringify(finals, null, 1))
    for (const { record } of this.clients) record.close()

    const { status, stdout, stderr } = spawnSync(process.execPath, [checker, this.directory], {
      encoding: 'utf8',
    })
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    for (const problem of this.problems) console.log(`problem: ${problem}`)
    const isWell = status === 0 && this.problems.length === 0
    if (isWell) await rm(this.directory, { recursive: true })
    else {
      await writeFile(join(this.directory, 'server.log'), this.server.earlier + this.server.log)
      await cp(this.server.data, join(this.directory, 'server'), { recursive: true })
      console.log(`records, texts, the server's data and its log are in ${this.directory}`)
    }
    return isWell
  }

  dispose() {
    this.stopTyping()
    for (const client of this.clients) client.stop()
  }
}
