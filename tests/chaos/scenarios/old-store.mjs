// Databases that older versions wrote (stores/schema-N.sql) are opened by this one: rooms, people,
// chat and runs are there, each text once, and go on. One of a newer version is refused.
import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { http, supabase } from '../../support/people.mjs'
import { Server } from '../../support/server.mjs'
import { DeltaClient } from '../clients/delta.mjs'
import { YWebSocketClient } from '../clients/y-websocket.mjs'
import { until } from '../until.mjs'

const stores = new URL('../stores/', import.meta.url)
const owner = { email: 'ada@example.com', password: 'correct horse' }
/** title → text, the same in every stored database. */
const texts = {
  'From an older version': '# typed with an older version: é 👩‍💻\nprint("still here")\n',
  'Never typed into':
    'names = ["Ada", "Grace", "Linus"]\n\nfor name in names:\n    print(f"Hello, {name}!")\n',
  Emptied: '',
}

async function directoryWith(sql) {
  const data = await mkdtemp(join(tmpdir(), 'codencollab-old-'))
  await mkdir(join(data, 'data'), { mode: 0o700 })
  const database = new DatabaseSync(join(data, 'data', 'codencollab.db'))
  database.exec(sql)
  database.close()
  return data
}

async function look(server, say, problems) {
  const expect = (what, is, wanted) =>
    is === wanted || problems.push(`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`)
  const { data, error } = await supabase(server.base).auth.signInWithPassword(owner)
  if (error) return problems.push(`signing in: ${error.message}`)
  const token = data.session.access_token
  const ask = (path) => http(server.base, 'GET', path, { token })
  const { rooms } = (await ask('/rooms')).json
  expect(
    'rooms',
    rooms
      .map(({ title }) => title)
      .sort()
      .join(),
    Object.keys(texts).sort().join(),
  )
  for (const { room_id: room, title } of rooms) {
    const wanted = () => texts[title] + (server.typed ?? '')
    expect(`text of '${title}'`, (await ask(`/rooms/${room}/code`)).text, wanted())
    const onProblem = (problem) => problems.push(problem)
    const delta = new DeltaClient({ base: server.base, token, room, onProblem })
    const replicas = [1, 2].map(
      () => new YWebSocketClient({ base: server.base, token, room, onProblem }),
    )
    await until('everybody is in the room', () =>
      [delta, ...replicas].every(({ isReady }) => isReady),
    )
    for (const client of [delta, ...replicas])
      expect(`'${title}' to a ${client.kind} client`, client.text, wanted())
    const answered = new Promise((resolve) =>
      delta.edit(delta.text.length, 0, '# and on\n', resolve),
    )
    await answered
    await until('replicas have it', () => replicas.every(({ text }) => text === delta.text))
    for (const client of [delta, ...replicas]) client.stop()
  }
  server.typed = `${server.typed ?? ''}# and on\n`
  const { room_id: old } = rooms.find(({ title }) => title === 'From an older version')
  expect(
    'output of its run',
    (await ask(`/rooms/${old}/runs`)).json.runs[0]?.result?.stdout,
    'still here\n',
  )
  say(`${rooms.length} rooms are there and go on`)
}

export async function run({ say }) {
  const problems = []
  for (const name of (await readdir(stores)).sort()) {
    const sql = await readFile(new URL(name, stores), 'utf8')
    const server = await Server.start({ data: await directoryWith(sql) })
    try {
      say(`${name}, opened`)
      await look(server, say, problems)
      await server.restart('SIGKILL')
      say(`${name}, opened once more`)
      await look(server, say, problems)
    } finally {
      await server.dispose()
    }
    const newer = `${sql}\nINSERT INTO schema_migrations VALUES(9999,'of_a_newer_version',0);`
    const refusal = await Server.start({ data: await directoryWith(newer) }).then(
      async (started) => (await started.dispose(), 'it started'),
      ({ message }) => message.trimEnd(),
    )
    const [, ...said] = refusal.split('\n')
    say(`a newer schema: ${said.join(' / ')}`)
    if (said.length !== 1 || !said[0].startsWith('codencollab: '))
      problems.push(`a newer schema: ${refusal}`)
  }
  for (const problem of problems) say(`problem: ${problem}`)
  return problems.length === 0
}
