// The server dies while a program runs: who comes back learns from room-state that it has ended, and why.
import { http, person, replacement, roomOf, socket } from '../../support/people.mjs'
import { Server } from '../../support/server.mjs'

const told_ms_max = 10_000

export async function run({ say }) {
  const server = await Server.start()
  const sockets = []
  const enter = async (who, room) => {
    const client = socket(server.base, who)
    client.results = []
    client.on('execution-result', (result) => client.results.push(result))
    sockets.push(client)
    await client.hear('connect')
    return { client, state: await client.ask('join', { room_id: room }) }
  }
  try {
    const ada = await person(server.base, 'Ada')
    const room = await roomOf(server.base, ada)
    const { client: before } = await enter(ada, room)
    const { code } = await before.hear('initial-code')
    await before.ask('code_change', replacement(code, 'print("on the way", flush=True)\ninput()\n'))
    const { json } = await http(server.base, 'POST', `/rooms/${room}/run`, {
      token: ada.token,
      body: { language: 'python', interactive: true },
    })
    await before.hear('execution-output', ({ run_id }) => run_id === json.run_id)

    await server.stop('SIGKILL')
    await server.launch()
    const started = performance.now()
    const { client, state } = await enter(ada, room)
    let run = state.run
    if (run?.result === undefined || run.result === null)
      run = { run_id: json.run_id, result: await client.hear('execution-result') }
    const told_ms = performance.now() - started
    say(
      `told ${told_ms.toFixed(0)} ms after the start: ${run.result?.failure}: ${run.result?.message}`,
    )

    await client.ask('chat_message', { text: 'a round trip later' })
    const runs = await http(server.base, 'GET', `/rooms/${room}/runs`, { token: ada.token })
    const kept = runs.json.runs.filter(({ run_id }) => run_id === json.run_id)
    say(`kept: ${kept.length}, told again: ${client.results.length}`)
    const isTold = run.run_id === json.run_id && /restart/i.test(run.result?.message ?? '')
    return isTold && told_ms < told_ms_max && kept.length === 1 && client.results.length <= 1
  } finally {
    for (const client of sockets) client.disconnect()
    await server.dispose()
  }
}
