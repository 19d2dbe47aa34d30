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

/** How the next death comes about. */
function nextDeath(random, { point, life = life_ms }) {
  const at = random.between(...life)
  if (point) return { how: point, fault: `${point}:kill@${random.between(1, 200)}`, at: life[1] }
  const roll = random.fraction()
  if (roll < 0.5) return { how: 'SIGKILL', at }
  if (roll < 0.6) return { how: 'SIGTERM twice', at, between: random.between(0, 400) }
  const name = random.pick(points)
  // Folds and auto-saves are rare: their first ones.
  const pass = name.startsWith('log.') ? random.between(1, 200) : random.between(1, 3)
  return { how: name, fault: `${name}:kill@${pass}`, at: life[1] }
}

/** Waits for the death that is planned, and helps if it does not come by itself. */
async function die(server, { how, fault, at, between }) {
  const ended = await Promise.race([server.ended, delay(at)])
  if (ended) return how
  if (how === 'SIGTERM twice') {
    server.child.kill('SIGTERM')
    await Promise.race([server.ended, delay(between)])
    server.child.kill('SIGTERM')
    await server.ended
    return how
  }
  if (fault?.startsWith('fold.')) {
    // A drain folds every log: the point is passed then, if it is one of this build.
    server.child.kill('SIGTERM')
    const { signal } = await server.ended
    return signal === 'SIGKILL' ? how : 'SIGTERM'
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
  bursts,
  point,
  life,
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
    if (away.delete(name)) returns_ms.push(performance.now() - readyAt)
  }
  const crowd = await Crowd.gather(server, {
    rooms,
    clients,
    kind,
    random,
    pace_ms,
    kept_max,
    bursts,
    onReady,
  })
  const deaths = {}
  const began = performance.now()
  try {
    crowd.startTyping()
    let death = nextDeath(random, { point, life })
    let count = 0
    // The first life had no fault; its end is at a random moment.
    delete death.fault
    while (count < kills - 1 && performance.now() - began < seconds * 1000) {
      const how = await die(server, death)
      deaths[how] = (deaths[how] ?? 0) + 1
      count += 1
      for (const { name } of crowd.clients) away.add(name)
      death = nextDeath(random, { point, life })
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
