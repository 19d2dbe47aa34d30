// The runner dies while a program runs: one result, soon, for everybody. While there is no runner, Run
// says so at once. When there is one again, programs run.
import { setTimeout as delay } from 'node:timers/promises'

import { http, person, replacement, roomOf, socket } from '../../support/people.mjs'
import { Server } from '../../support/server.mjs'
import { Runner } from '../runner.mjs'
import { until } from '../until.mjs'

const result_ms_max = 10_000

export async function run({ say }) {
  const runner = await Runner.start()
  const server = await Server.start({ args: ['--piston-api', runner.url] })
  const sockets = []
  try {
    const ada = await person(server.base, 'Ada')
    const ben = await person(server.base, 'Ben', { guest: true })
    const room = await roomOf(server.base, ada, [ben])
    for (const who of [ada, ben]) {
      const client = socket(server.base, who)
      client.results = []
      client.on('execution-result', (result) => client.results.push(result))
      sockets.push(client)
      await client.hear('connect')
      await client.ask('join', { room_id: room })
    }
    const [a] = sockets
    const { code } = await a.hear('initial-code')
    await a.ask('code_change', replacement(code, 'print("on the way", flush=True)\ninput()\n'))
    const start = async () => {
      const { status, json } = await http(server.base, 'POST', `/rooms/${room}/run`, {
        token: ada.token,
        body: { language: 'python', interactive: true },
      })
      return status === 202 ? json.run_id : undefined
    }

    const first = await start()
    await a.hear('execution-output', ({ run_id }) => run_id === first)
    const killed = performance.now()
    await runner.stop('SIGKILL')
    const hasResult = (run_id) =>
      sockets.every(({ results }) => results.some((result) => result.run_id === run_id))
    await until('everybody has a result', () => hasResult(first), result_ms_max)
    say(
      `killed in a run: ${a.results[0].failure} after ${(performance.now() - killed).toFixed(0)} ms`,
    )

    const gone = performance.now()
    const second = await start()
    await until('everybody has a result', () => hasResult(second), result_ms_max)
    say(
      `no runner: ${a.results.at(-1).failure} after ${(performance.now() - gone).toFixed(0)} ms: ${a.results.at(-1).message}`,
    )

    await runner.launch()
    await a.ask(
      'code_change',
      replacement(
        (await http(server.base, 'GET', `/rooms/${room}/code`, { token: ada.token })).text,
        'print("again")\n',
      ),
    )
    let third
    await until('a program runs again', async () => {
      third = await start()
      if (third === undefined) return false
      await until('its result', () => hasResult(third), result_ms_max)
      return a.results.at(-1).stdout === 'again\n'
    })
    await delay(1_000) // a second result would come late
    const counts = sockets.map(({ results }) =>
      [first, second, third].map(
        (run_id) => results.filter((result) => result.run_id === run_id).length,
      ),
    )
    say(`results a run: ${JSON.stringify(counts)}`)
    const isOne = counts.flat().every((count) => count === 1)
    return (
      isOne &&
      a.results[0].failure === 'sandbox_unavailable' &&
      a.results[1].failure === 'sandbox_unavailable'
    )
  } finally {
    for (const client of sockets) client.disconnect()
    await server.dispose()
    await runner.stop()
  }
}
