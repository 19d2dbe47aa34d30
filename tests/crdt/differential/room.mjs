// One random history: replicas of Yjs and of the engine edit at once over a network that delays,
// reorders, repeats, merges, converts and loses what they send; at the end they must be equal.
import assert from 'node:assert/strict'

import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'

import { EngineReplica } from './engine-replica.mjs'
import { YjsReplica } from './yjs-replica.mjs'

const pieces = [
  'a',
  'b',
  'x',
  ' ',
  '\n',
  'if (',
  ') {',
  'return ',
  'é',
  '漢字',
  '😀',
  '👩‍💻',
  '0123456789',
]
const keys = ['language', 'title', 'k', 'ключ']

/** Never between the halves of a surrogate pair: there Yjs' replicas differ among themselves. */
const beside = (text, index) => {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff ? index + 1 : index
}

export class Room {
  static async open(random, peer) {
    const room = new Room()
    Object.assign(room, { random, peer, replicas: [], isRich: random.chance(0.3) })
    const numbers = new Set()
    while (numbers.size < 7) {
      numbers.add(
        random.pick([random.int(20), random.int(2 ** 32), random.int(2 ** 21) * 2 ** 32 + 7]),
      )
    }
    for (const [i, client] of [...numbers].slice(0, 2 + random.int(6)).entries()) {
      const send = (update) => room.broadcast(i, update)
      // At least one of each.
      const isEngine = i === 0 || (i > 1 && random.chance(0.5))
      room.replicas.push({
        inbox: [],
        offlineFor: 0,
        at: isEngine ? await EngineReplica.start(peer, client, send) : new YjsReplica(client, send),
      })
    }
    return room
  }

  broadcast(from, update) {
    this.replicas.forEach((to, i) => {
      if (i !== from && !this.random.chance(0.03)) to.inbox.push(Uint8Array.from(update))
    })
  }

  async step() {
    const { random } = this
    const replica = random.pick(this.replicas)
    const dice = random.fraction()
    if (dice < 0.55) await this.edit(replica.at)
    else if (dice < 0.58) replica.offlineFor = 1 + random.int(60)
    else if (dice < 0.6) await this.synchronise(replica.at, random.pick(this.replicas).at)
    else if (dice < 0.61) await replica.at.reload(1 + random.int(2))
    else if (replica.offlineFor > 0) replica.offlineFor--
    else await this.deliver(replica)
  }

  any() {
    const { random } = this
    const value = random.pick([
      null,
      true,
      0,
      -1,
      random.int(2 ** 31),
      1.5,
      0.1,
      'text',
      '😀',
      [1, 'two', [3]],
      { b: 1, a: { 7: null } },
      new Uint8Array([1, 2, 3]),
    ])
    const encoder = encoding.createEncoder()
    encoding.writeAny(encoder, value)
    return encoding.toUint8Array(encoder)
  }

  async edit(replica) {
    const { random } = this
    const { text, listLength } = await replica.content()
    const dice = random.fraction()
    if (dice < 0.1) {
      if (random.chance(0.8)) await replica.set(random.pick(keys), this.any())
      else await replica.unset(random.pick(keys))
    } else if (dice < 0.2) {
      const index = random.int(listLength + 1)
      const removed = random.chance(0.3) ? random.int(Math.min(3, listLength - index) + 1) : 0
      const values = Array.from({ length: random.int(3) }, () => this.any())
      await replica.spliceList(index, removed, values)
    } else {
      const index = beside(text, random.chance(0.3) ? 0 : random.int(text.length + 1))
      const span = random.chance(0.1) ? 40 : 3
      const end = beside(text, Math.min(text.length, index + random.int(span + 1)))
      if (this.isRich && replica.kind === 'yjs' && random.chance(0.2)) {
        if (end > index) replica.format(index, end - index, { bold: random.pick([true, null]) })
        return
      }
      // Long texts shrink more often than they grow, so that a history stays quick.
      const removes = random.chance(text.length > 500 ? 0.6 : 0.25)
      const count = removes && random.chance(0.7) ? 0 : 1 + random.int(random.chance(0.1) ? 12 : 2)
      const inserted = Array.from({ length: count }, () => random.pick(pieces)).join('')
      await replica.spliceText(index, removes ? end - index : 0, inserted)
    }
  }

  /** Some of what waits, in some order, in some form. */
  async deliver(replica) {
    const { random, peer } = this
    const count = random.chance(0.2) ? replica.inbox.length : random.int(4)
    const isOrdered = random.chance(0.6)
    const waiting = isOrdered ? replica.inbox : random.shuffle(replica.inbox)
    let updates = waiting.slice(0, count)
    replica.inbox = waiting.slice(count)
    if (updates.length === 0) return
    if (random.chance(0.1)) replica.inbox.push(random.pick(updates)) // comes again
    let format = 1
    if (random.chance(0.3)) {
      format = 2
      updates = await Promise.all(
        updates.map((update) =>
          random.chance(0.5) ? Y.convertUpdateFormatV1ToV2(update) : peer.convert(1, 2, update),
        ),
      )
    }
    if (updates.length > 1 && random.chance(0.3)) {
      updates = [
        random.chance(0.5)
          ? (format === 2 ? Y.mergeUpdatesV2 : Y.mergeUpdates)(updates)
          : await peer.merge(format, updates),
      ]
    }
    for (let update of updates) {
      if (random.chance(0.1)) {
        const state = await replica.at.state()
        update = random.chance(0.5)
          ? (format === 2 ? Y.diffUpdateV2 : Y.diffUpdate)(update, state)
          : await peer.diff(format, update, state)
      }
      const relayed = await replica.at.apply(format, update)
      if (relayed.length > 0 && random.chance(0.1)) random.pick(this.replicas).inbox.push(relayed)
    }
  }

  async synchronise(one, other) {
    if (one === other) return
    const format = 1 + this.random.int(2)
    await other.apply(format, await one.encode(format, await other.state()))
    await one.apply(format, await other.encode(format, await one.state()))
  }

  /** Everybody comes back, everything arrives, and all must be equal. */
  async end() {
    for (const replica of this.replicas) {
      replica.offlineFor = 0
      while (replica.inbox.length > 0) await this.deliver(replica)
    }
    const all = this.replicas.map((replica) => replica.at)
    // A Yjs replica may clean up formats when it hears of others': that is an edit again.
    for (let left = 5, isQuiet = false; !isQuiet; left--) {
      assert(left > 0, 'the replicas do not come to rest')
      const before = await Promise.all(all.map((replica) => replica.encode(1)))
      for (const replica of all) await this.synchronise(replica, all[0])
      for (const replica of all) await this.synchronise(replica, all[0])
      for (const replica of all) await replica.check()
      const after = await Promise.all(all.map((replica) => replica.encode(1)))
      isQuiet = after.every((bytes, i) => Buffer.compare(bytes, before[i]) === 0)
    }
    const reference = all.find((replica) => replica.kind === 'yjs')
    reference.reload(1)
    const expected = await this.face(reference)
    assert.equal(expected.pending, false, 'something still waits at Yjs')
    for (const replica of all) {
      if (replica.kind === 'yjs') replica.reload(1)
      assert.deepEqual(await this.face(replica), expected, `${replica.kind} ${replica.client}`)
    }
    return expected
  }

  async face(replica) {
    return {
      ...(await replica.content()),
      state: Buffer.from(await replica.state()).toString('hex'),
      v1: Buffer.from(await replica.encode(1)).toString('hex'),
      v2: Buffer.from(await replica.encode(2)).toString('hex'),
    }
  }
}
