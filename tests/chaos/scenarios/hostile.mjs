// A member of the room sends what no client would: broken frames, packets and updates, a byte at a
// time, too much of everything. Only those connections end; nobody else notices, and nothing changes.
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

import WebSocket from 'ws'

import { http, person } from '../../support/people.mjs'
import { Server } from '../../support/server.mjs'
import { Crowd } from '../crowd.mjs'

/** What a hostile connection sends, over and over, until it is closed. */
const attacks = {
  'bytes that are no message': (random) =>
    Buffer.from(Array.from({ length: random.between(0, 40) }, () => random.between(0, 255))),
  'an update with broken structs': (random) =>
    Buffer.from([0, 2, 6, 1, 1, random.between(0, 127), random.between(0, 127), 4, 255, 255]),
  'a state vector that lies about its length': () => Buffer.from([0, 0, 3, 255, 255, 127]),
  'awareness of everybody': (random) =>
    Buffer.from([1, 8, 1, random.between(1, 127), 1, 4, ...Buffer.from('null')]),
  'two megabytes of zeros': () => Buffer.alloc(2 << 20),
}

export async function run({ random, say, clients = 5, seconds = 10 }) {
  const server = await Server.start()
  const crowd = await Crowd.gather(server, { rooms: 1, clients, random })
  try {
    const [{ room }] = crowd.rooms
    const eve = await person(server.base, 'Eve', { guest: true })
    await http(server.base, 'POST', `/rooms/${room}/join`, { token: eve.token, body: {} })
    const end = performance.now() + seconds * 1_000
    const sent = {}
    const closed = {}
    const attack = async (what, next) => {
      while (performance.now() < end) {
        const line = new WebSocket(
          `${server.base.replace('http', 'ws')}/yjs/${room}?token=${eve.token}`,
        )
        line.on('error', () => {})
        const gone = new Promise((resolve) => line.once('close', (code) => resolve(code)))
        await Promise.race([new Promise((resolve) => line.once('open', resolve)), gone])
        while (line.readyState === WebSocket.OPEN && performance.now() < end) {
          line.send(next(random))
          sent[what] = (sent[what] ?? 0) + 1
          await delay(random.between(1, 20))
        }
        line.terminate()
        const code = await gone
        closed[code] = (closed[code] ?? 0) + 1
      }
    }
    /** A handshake that never gets anywhere. */
    const drip = async () => {
      const line = connect(server.port, '127.0.0.1')
      line.on('error', () => {})
      for (const letter of 'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n'.repeat(
        9,
      )) {
        if (line.destroyed || performance.now() > end) break
        line.write(letter)
        await delay(20)
      }
      line.destroy()
    }
    crowd.startTyping()
    const before = crowd.counts()
    await Promise.all([
      ...Object.entries(attacks).map(([what, next]) => attack(what, next)),
      ...Array.from({ length: 10 }, drip),
    ])
    const after = crowd.counts()
    say(
      `sent: ${Object.entries(sent)
        .map(([what, times]) => `${times} × ${what}`)
        .join(', ')}`,
    )
    say(
      `closed with: ${JSON.stringify(closed)}; meanwhile ${after.acknowledged - before.acknowledged} tokens acknowledged`,
    )
    crowd.stopTyping()
    await crowd.untilQuiet()
    return (await crowd.judge()) && after.acknowledged > before.acknowledged
  } finally {
    crowd.dispose()
    await server.dispose()
  }
}
