// The server stands still for seconds (SIGSTOP) while people type on, and wakes up again.
import { setTimeout as delay } from 'node:timers/promises'

import { Server } from '../../support/server.mjs'
import { Crowd } from '../crowd.mjs'

export async function run({ random, say, rooms = 2, clients = 5, freezes = 4 }) {
  const server = await Server.start()
  const crowd = await Crowd.gather(server, { rooms, clients, random })
  try {
    crowd.startTyping()
    for (let i = 0; i < freezes; i++) {
      await delay(random.between(500, 2_000))
      const frozen_ms = random.between(1_000, 10_000)
      server.child.kill('SIGSTOP')
      await delay(frozen_ms)
      server.child.kill('SIGCONT')
      say(`frozen for ${frozen_ms} ms`)
    }
    crowd.stopTyping()
    say(`one text everywhere ${(await crowd.untilQuiet()).toFixed(0)} ms after the last key`)
    return await crowd.judge()
  } finally {
    server.child.kill('SIGCONT')
    crowd.dispose()
    await server.dispose()
  }
}
