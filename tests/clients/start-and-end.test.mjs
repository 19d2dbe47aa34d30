// `codencollab serve` as an operator meets it: how it ends, what is there afterwards, when it does not start.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Server } from '../support/server.mjs'
import { enter, http, person, replacement, roomOf } from '../support/people.mjs'

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} saves what was typed, closes sockets and ends with 0`, async (t) => {
    const server = await Server.start()
    t.after(() => server.dispose())
    const ada = await person(server.base, 'Ada')
    const room = await roomOf(server.base, ada)
    const a = await enter(t, server.base, ada, room)
    const { code } = await a.hear('initial-code')
    assert.equal((await a.ask('code_change', replacement(code, 'typed just now'))).ok, true)

    assert.deepEqual(await server.stop(signal), { code: 0, signal: null })
    await a.hear('disconnect')
    await server.launch()
    const { text } = await http(server.base, 'GET', `/rooms/${room}/code`, { token: ada.token })
    assert.equal(text, 'typed just now')
  })
}

/** How a server ended that did not start: its exit code and what it said. */
async function refusal(options) {
  const error = await Server.start(options).then(
    async (server) => {
      await server.dispose()
      throw new Error('the server started')
    },
    (reason) => reason,
  )
  const [how, ...said] = error.message.trimEnd().split('\n')
  return { code: JSON.parse(how.match(/\{.*\}/)?.[0] ?? '{}').code, said }
}

test('what cannot start says so in one line and ends with 1', async (t) => {
  const taken = await Server.start()
  t.after(() => taken.dispose())
  const cases = [
    [{ args: ['--listen', `127.0.0.1:${taken.port}`] }, String(taken.port)],
    [{ args: ['--data', '/proc/nowhere'] }, '/proc/nowhere'],
    [{ args: ['--lisen', ':1'] }, '--lisen'],
    [{ env: { CODENCOLLAB_LISTN: ':1' } }, 'CODENCOLLAB_LISTN'],
    [{ env: { DATABASE_URL: 'postgres://db.example/rooms' } }, 'DATABASE_URL'],
    [{ env: { NATS_URL: 'nats://bus.example' } }, 'NATS_URL'],
  ]
  for (const [options, named] of cases) {
    const { code, said } = await refusal(options)
    assert.equal(code, 1, said.join('\n'))
    assert.equal(said.length, 1, said.join('\n'))
    assert.ok(said[0].startsWith('codencollab: ') && said[0].includes(named), said[0])
  }
})
