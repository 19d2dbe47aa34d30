// Clients that are gone without a word: their process stands still, or their network is gone (a network
// namespace whose link is cut, where root may make one). Nobody sees them 45 s later.
import { execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { http, person, roomOf, socket } from '../../support/people.mjs'
import { Server } from '../../support/server.mjs'
import { until } from '../until.mjs'

const program = fileURLToPath(new URL('../quiet-people.mjs', import.meta.url))
const ghost_ms_max = 45_000
const grace_ms = 2_000

/** A network of its own for one process, and the address by which it reaches this one. */
class Network {
  name = `chaos-${process.pid}`
  near = '10.211.55.1'
  far = '10.211.55.2'

  static make() {
    const network = new Network()
    try {
      network.ip('netns', 'add', network.name)
      network.ip(
        'link',
        'add',
        'chaos0',
        'type',
        'veth',
        'peer',
        'name',
        'chaos1',
        'netns',
        network.name,
      )
      network.ip('addr', 'add', `${network.near}/30`, 'dev', 'chaos0')
      network.ip('link', 'set', 'chaos0', 'up')
      network.ip('-n', network.name, 'addr', 'add', `${network.far}/30`, 'dev', 'chaos1')
      network.ip('-n', network.name, 'link', 'set', 'chaos1', 'up')
      return network
    } catch (problem) {
      network.dispose()
      return { why: (problem.stderr ?? problem.message).toString().trim() }
    }
  }

  ip(...args) {
    execFileSync('ip', args, { stdio: 'pipe' })
  }

  cut() {
    this.ip('link', 'set', 'chaos0', 'down')
  }

  dispose() {
    for (const args of [
      ['link', 'del', 'chaos0'],
      ['netns', 'del', this.name],
    ]) {
      try {
        this.ip(...args)
      } catch {
        // it was not made
      }
    }
  }
}

/** Three quiet people come into a room and are silenced; how long each is still seen, in ms. */
async function vanish(server, base, command, silence) {
  const ada = await person(server.base, 'Ada')
  const people = await Promise.all(
    ['Ben', 'Cid', 'Dot'].map((name) => person(server.base, name, { guest: true })),
  )
  const room = await roomOf(server.base, ada, people)
  const watcher = socket(server.base, ada)
  await watcher.hear('connect')
  await watcher.ask('join', { room_id: room })
  const left = new Map()
  const [path, ...args] = [
    ...command,
    process.execPath,
    program,
    base,
    room,
    ...people.map(({ token }) => token),
  ]
  const child = spawn(path, args)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  try {
    await until(
      () => `all three are in the room; they said: ${said}`,
      () => said.split('ready').length === people.length + 1,
      20_000,
    )
    const silenced = performance.now()
    silence(child)
    watcher.on('user-disconnected', ({ userId }) => left.set(userId, performance.now() - silenced))
    await until(
      () => `all three are gone; ${left.size} are`,
      () => left.size === people.length,
      2 * ghost_ms_max,
    )
    return people.map(({ id }) => left.get(id))
  } finally {
    child.kill('SIGKILL')
    watcher.disconnect()
  }
}

export async function run({ say }) {
  const network = Network.make()
  const server = await Server.start({ host: '0.0.0.0' })
  let isWell = true
  const look = (how, times_ms) => {
    say(
      `${how}: delta, y-websocket and yjs gone after ${times_ms.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')}`,
    )
    isWell &&= times_ms.every((ms) => ms <= ghost_ms_max + grace_ms)
  }
  try {
    look('process stopped', await vanish(server, server.base, [], (child) => child.kill('SIGSTOP')))
    if (network.why) say(`a link cannot be cut here: ${network.why}`)
    else {
      const base = server.base.replace('127.0.0.1', network.near)
      look(
        'link cut',
        await vanish(server, base, ['ip', 'netns', 'exec', network.name], () => network.cut()),
      )
    }
    return isWell
  } finally {
    if (!network.why) network.dispose()
    await server.dispose()
  }
}
