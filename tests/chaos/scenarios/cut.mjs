// All connections are cut at once, again and again: everybody comes back by themselves. Then many
// people open a new room at once: its starter code is there once.
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

import { person, roomOf } from '../../support/people.mjs'
import { Server } from '../../support/server.mjs'
import { Crowd } from '../crowd.mjs'
import { until } from '../until.mjs'

const back_ms_max = 15_000

/** Passes bytes on to a server, until it cuts every line. */
class Line {
  sockets = new Set()

  static async to(port) {
    const line = new Line()
    line.server = createServer((near) => {
      const far = connect(port, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        line.sockets.add(from)
        from.pipe(to)
        from.on('error', () => {})
        from.on('close', () => (line.sockets.delete(from), to.destroy()))
      }
    })
    await new Promise((resolve) => line.server.listen(0, '127.0.0.1', resolve))
    line.base = `http://127.0.0.1:${line.server.address().port}`
    return line
  }

  cut() {
    for (const socket of this.sockets) socket.resetAndDestroy()
  }

  close() {
    this.server.close()
    this.cut()
  }
}

export async function run({ random, say, rooms = 10, clients = 10, cuts = 3 }) {
  const server = await Server.start()
  const line = await Line.to(server.port)
  const away = new Set()
  const crowd = await Crowd.gather(server, {
    rooms,
    clients,
    random,
    base: line.base,
    pace_ms: 1_000,
    onReady: (name) => away.delete(name),
  })
  try {
    crowd.startTyping()
    let isBack = true
    for (let i = 0; i < cuts; i++) {
      await delay(random.between(500, 2_000))
      for (const { name } of crowd.clients) away.add(name)
      const cut = performance.now()
      line.cut()
      await until(
        () => `everybody is back (${away.size} are away)`,
        () => away.size === 0,
      )
      const back_ms = performance.now() - cut
      say(`${crowd.clients.length} cut, all back after ${back_ms.toFixed(0)} ms`)
      isBack &&= back_ms < back_ms_max
    }

    // The joins of one person are bounded: five connections each.
    const people = await Promise.all(
      Array.from({ length: 10 }, (_, i) => person(server.base, `New ${i}`, { guest: true })),
    )
    const room = await roomOf(server.base, crowd.owner, people)
    crowd.rooms.push({ room, starter: await crowd.textOf(room) })
    for (let i = 0; i < 50; i++) {
      crowd.seat(room, `new${i}`, people[i % 10], {
        make: crowd.makers[i % crowd.makers.length],
        random,
      })
    }
    crowd.stopTyping()
    await crowd.untilQuiet()
    say('50 clients opened a new room at once')
    return (await crowd.judge()) && isBack
  } finally {
    crowd.dispose()
    line.close()
    await server.dispose()
  }
}
