// ./dev chaos [SCENARIO…] [--kills N] [--seconds S] [--seed N] [--point NAME] [--rooms N] [--clients N] [--pace MS] [--kind KIND] [--short]
// Real server, real sockets, real files, and everything that can happen to them. Exit status 1 if a
// promise was broken; what to look at is told then.
import { readdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { makersOf } from './crowd.mjs'
import { points } from './scenarios/kill-loop.mjs'
import { Random } from './random.mjs'

// Every y-websocket client listens for the end of the process.
process.setMaxListeners(0)

const number = { type: 'string' }
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: number,
    seconds: number,
    seed: number,
    rooms: number,
    clients: number,
    pace: number,
    point: { type: 'string' },
    kind: { type: 'string' },
    short: { type: 'boolean' },
    list: { type: 'boolean' },
  },
})

const files = (await readdir(new URL('scenarios/', import.meta.url)))
  .filter((name) => name.endsWith('.mjs'))
  .sort()
const known = files.map((name) => name.replace('.mjs', ''))
if (values.list) {
  console.log(known.join('\n'))
  process.exit(0)
}

const fail = (message) => {
  console.error(`chaos: ${message}`)
  process.exit(2)
}
for (const name of positionals) {
  if (!known.includes(name)) fail(`there is no scenario '${name}'. There are: ${known.join(', ')}`)
}
if (values.point && !points.includes(values.point))
  fail(`there is no fault point '${values.point}'. There are: ${points.join(', ')}`)
if (values.kind && makersOf(values.kind).length === 0)
  fail(`there are no clients of the kind '${values.kind}'`)
const options = { point: values.point, kind: values.kind }
for (const name of ['kills', 'seconds', 'rooms', 'clients', 'pace']) {
  if (values[name] === undefined) continue
  options[name] = Number(values[name])
  if (!(options[name] > 0)) fail(`--${name} wants a number`)
}
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)

/** Small enough for every run of the tests. */
const short = {
  rooms: 4,
  clients: 3,
  kills: 7,
  pace_ms: 100,
  kept_max: 20,
  life: [800, 2_000],
  deathKinds: [...points, 'SIGTERM twice'],
}
const chosen =
  positionals.length > 0 ? positionals : values.short || values.point ? ['kill-loop'] : known

if (options.pace) options.pace_ms = options.pace

const outcomes = []
for (const name of chosen) {
  const { run } = await import(`./scenarios/${name}.mjs`)
  console.log(`== ${name} (seed ${seed})`)
  const say = (line) => console.log(`${name}: ${line}`)
  const began = performance.now()
  // `true`: well. A string: why it cannot be tried here.
  const outcome = await run({
    random: new Random(seed),
    say,
    ...(values.short ? short : {}),
    ...options,
  }).catch((problem) => {
    console.log(problem.stack)
    return false
  })
  const told =
    outcome === true ? 'well' : typeof outcome === 'string' ? `not tried: ${outcome}` : 'BROKEN'
  outcomes.push([name, told, `${((performance.now() - began) / 1000).toFixed(0)} s`])
}
console.log('==')
for (const line of outcomes) console.log(line.join(': '))
process.exit(outcomes.some(([, told]) => told === 'BROKEN') ? 1 : 0)
