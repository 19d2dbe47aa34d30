// A second server on the data directory of one that runs: refuses with one clear line, and the first
// one's people notice nothing. When the first is killed, its lock is gone with it.
import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

import { freePort, program, root, Server } from '../../support/server.mjs'
import { Crowd } from '../crowd.mjs'

const patience_ms = 15_000

/** How a server on that directory ended, and what it said; `{code: undefined}` if it runs. */
async function second(data) {
  const port = await freePort()
  const child = spawn(program, ['serve', '--listen', `127.0.0.1:${port}`, '--data', data], {
    cwd: root,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const ended = new Promise((resolve) => child.once('close', (code) => resolve(code)))
  const code = await Promise.race([ended, delay(patience_ms)])
  if (code === undefined) child.kill('SIGKILL')
  return { code, said: said.trimEnd().split('\n') }
}

export async function run({ random, say, rooms = 1, clients = 5 }) {
  const server = await Server.start()
  const crowd = await Crowd.gather(server, { rooms, clients, random })
  try {
    crowd.startTyping()
    const data = server.args[server.args.indexOf('--data') + 1]
    const { code, said } = await second(data)
    say(`the second one ended with ${code}: ${said.join(' / ')}`)
    const isRefused = code === 1 && said.length === 1 && said[0].includes(data)
    await server.restart('SIGKILL')
    crowd.stopTyping()
    await crowd.untilQuiet()
    return (await crowd.judge()) && isRefused
  } finally {
    crowd.dispose()
    await server.dispose()
  }
}
