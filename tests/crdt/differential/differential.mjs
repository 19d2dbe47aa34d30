// The document engine against Yjs itself: random histories until the time is over.
//
//   node tests/crdt/differential/differential.mjs [--seconds 10] [--seed N] [--rounds N] [--peer PROGRAM]
//
// Round i of seed N is round 0 of seed N + i: a failure prints what replays it alone.
import { parseArgs } from 'node:util'

import { EnginePeer } from './engine-replica.mjs'
import { Random } from './random.mjs'
import { Room } from './room.mjs'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: 'Infinity' },
    peer: { type: 'string', default: 'build/release/crdt_peer' },
  },
})
const end = performance.now() + 1000 * Number(options.seconds)
const firstSeed = Number(options.seed)
console.log(`seed ${firstSeed}`)

let rounds = 0
let steps = 0
for (; rounds < Number(options.rounds) && performance.now() < end; rounds++) {
  const seed = firstSeed + rounds
  const random = new Random(seed)
  const peer = new EnginePeer(options.peer)
  try {
    const room = await Room.open(random, peer)
    for (let left = 50 + random.int(400); left > 0; left--, steps++) await room.step()
    await room.end()
    await peer.stop()
  } catch (error) {
    console.error(error)
    console.error(`failed: replay with --seed ${seed} --rounds 1`)
    peer.child.kill()
    process.exit(1)
  }
}
console.log(`${rounds} rounds of ${steps} steps: Yjs and the engine are equal`)
