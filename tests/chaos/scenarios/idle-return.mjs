// Rooms leave memory as soon as nobody is there (the limit is set small), and people go and come all
// the time: with old replicas, with what they typed without a connection, in the middle of an unload.
import { setTimeout as delay } from 'node:timers/promises'

import { Server } from '../../support/server.mjs'
import { Crowd } from '../crowd.mjs'

export async function run({ random, say, rooms = 4, clients = 3, seconds = 20 }) {
  const server = await Server.start({
    args: ['--log-level', 'debug'],
    env: { CODENCOLLAB_LIMIT_ROOM_IDLE_MS: '50', CODENCOLLAB_LIMIT_JOINS_PER_SECOND: '1000' },
  })
  const crowd = await Crowd.gather(server, { rooms, clients, random, pace_ms: 200, kept_max: 20 })
  try {
    crowd.startTyping()
    let away = 0
    let emptied = 0
    const until_ms = performance.now() + seconds * 1_000
    const comeAndGo = async ({ room }) => {
      const here = crowd.clientsOf(room)
      const random_of_room = random.branch()
      while (performance.now() < until_ms) {
        await delay(random_of_room.between(50, 800))
        // Often all of them, so that the room is left; back one by one, some within the unload.
        const leaving = here.filter(() => random_of_room.chance(0.8))
        for (const client of leaving) client.disconnect()
        away += leaving.length
        emptied += leaving.length === here.length ? 1 : 0
        await Promise.all(
          leaving.map(async (client) => {
            await delay(random_of_room.between(0, 300))
            client.connect()
          }),
        )
      }
    }
    await Promise.all(crowd.rooms.map(comeAndGo))
    crowd.stopTyping()
    await crowd.untilQuiet()
    say(`${away} times somebody went, ${emptied} times everybody of a room`)
    return (await crowd.judge()) && emptied > 0
  } finally {
    crowd.dispose()
    await server.dispose()
  }
}
