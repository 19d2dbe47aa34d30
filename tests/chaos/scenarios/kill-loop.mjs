// The server dies again and again while everybody types: at random moments, at fault points, and by a
// second SIGTERM in the middle of its drain.
import { setTimeout as delay } from 'node:timers/promises'

import { Server } from '../../support/server.mjs'
import { Crowd } from '../crowd.mjs'
import { Runner } from '../runner.mjs'
import { quantile, until } from '../until.mjs'

export const points = ['log.before_append', 'log.after_commit', 'fold.mid', 'autosave.before']

/** How long it lives at least and at most, when nothing is said about it. */
const life_ms = [1_000, 5_000]

const otherDeaths = ['SIGTERM twice', ...Array(5).fill('SIGKILL')]

/** Every kind of death in turn, in an order of chance; a `point` alone if one is named. */
class Deaths {
  deck = []

  constructor(random, { point, life = life_ms, kinds = [...points, ...otherDeaths] }) {
    Object.assign(this, { random, life, kinds: point ? [point] : kinds })
  }

  next() {
    if (this.deck.length === 0) this.deck = [...this.kinds]
    const [how] = this.deck.splice(this.random.between(0, this.deck.length - 1), 1)
    const at = this.random.between(...this.life)
    if (how === 'SIGKILL') return { how, at }
    if (how === 'SIGTERM twice') return { how, at, between: this.random.between(0, 400) }
    // Folds and auto-saves are rare: their first ones. A log has to grow long before it is folded.
    const pass = how.startsWith('log.') ? this.random.between(1, 200) : 1
    const patience = how === 'fold.mid' ? 3 : 1
    return { how, fault: `${how}:kill@${pass}`, at: patience * this.life[1] }
  }
}

/** Waits for the death that is planned, and helps if it does not come by itself. */
async function die(server, { how, at, between }) {
  const ended = await Promise.race([server.ended, delay(at)])
  if (ended) return how
  if (how === 'SIGTERM twice') {
    server.child.kill('SIGTERM')
    await Promise.race([server.ended, delay(between)])
    server.child.kill('SIGTERM')
    await server.ended
    return how
  }
  server.child.kill('SIGKILL')
  await server.ended
  return 'SIGKILL'
}

async function launch(server, fault) {
  delete server.env.CODENCOLLAB_FAULT
  if (fault) server.env.CODENCOLLAB_FAULT = fault
  const from = performance.now()
  try {
    await server.launch()
  } catch (problem) {
    if (!fault) throw problem
    return undefined // it died of the fault before it was ready
  }
  return performance.now() - from
}

export async function run({
  random,
  say,
  rooms = 20,
  clients = 5,
  kind,
  kills = 100,
  seconds = Infinity,
  pace_ms = 400,
  kept_max,
  point,
  life,
  deathKinds,
}) {
  // The runner lives on: a server that has to wait for its own takes longer to come back.
  const runner = await Runner.start()
  const server = await Server.start({
    args: ['--piston-api', runner.url],
    env: { CODENCOLLAB_LIMIT_AUTOSAVE_MS: '1000' },
  })
  const starts_ms = []
  const returns_ms = []
  let readyAt
  const away = new Set()
  const onReady = (name) => {
    // Some are back before the server has told us that it is ready.
    if (away.delete(name)) returns_ms.push(readyAt === undefined ? 0 : performance.now() - readyAt)
  }
  const crowd = await Crowd.gather(server, {
    rooms,
    clients,
    kind,
    random,
    pace_ms,
    kept_max,
    onReady,
  })
  const deaths = {}
  const began = performance.now()
  try {
    crowd.startTyping()
    const plan = new Deaths(random, { point, life, kinds: deathKinds })
    // The first life has no fault in it.
    let death = { how: 'SIGKILL', at: random.between(...(life ?? life_ms)) }
    let count = 0
    while (count < kills - 1 && performance.now() - began < seconds * 1000) {
      const how = await die(server, death)
      deaths[how] = (deaths[how] ?? 0) + 1
      count += 1
      for (const { name } of crowd.clients) away.add(name)
      readyAt = undefined
      death = plan.next()
      let started_ms = await launch(server, death.fault)
      if (started_ms === undefined) {
        deaths[`${death.how} at start`] = (deaths[`${death.how} at start`] ?? 0) + 1
        delete death.fault
        started_ms = await launch(server)
      }
      readyAt = performance.now()
      starts_ms.push(started_ms)
      if (count % 10 === 0) {
        const { typed, acknowledged } = crowd.counts()
        say(`${count} kills, ${typed} tokens typed, ${acknowledged} acknowledged`)
      }
    }
    // The life of the judgement has no fault in it.
    await die(server, { how: 'SIGKILL', at: life?.[0] ?? life_ms[0] })
    deaths.SIGKILL = (deaths.SIGKILL ?? 0) + 1
    count += 1
    await launch(server)
    crowd.stopTyping()
    const quiet_ms = await crowd.untilQuiet()
    const counts = crowd.counts()
    say(
      `kills: ${count} (${Object.entries(deaths)
        .map(([how, times]) => `${how} ${times}`)
        .join(', ')}) in ${((performance.now() - began) / 1000).toFixed(0)} s`,
    )
    say(
      `tokens: ${Object.entries(counts)
        .map(([event, times]) => `${times} ${event.replace('_', ' ')}`)
        .join(', ')}`,
    )
    if (starts_ms.length > 0)
      say(
        `start: median ${quantile(starts_ms, 0.5).toFixed(0)} ms, longest ${Math.max(...starts_ms).toFixed(0)} ms`,
      )
    say(
      `back in the room after the start: median ${quantile(returns_ms, 0.5)?.toFixed(0)} ms, 99 % ${quantile(returns_ms, 0.99)?.toFixed(0)} ms (${returns_ms.length} returns)`,
    )
    say(`one text everywhere ${quiet_ms.toFixed(0)} ms after the last key`)
    return await crowd.judge()
  } finally {
    crowd.dispose()
    await server.dispose()
    await runner.stop()
  }
}
