// The document engine's replicas, behind the pipes of one crdt_peer process.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const hex = (bytes) => (bytes.length === 0 ? '-' : Buffer.from(bytes).toString('hex'))
const unhex = (text) => new Uint8Array(text === '-' ? [] : Buffer.from(text, 'hex'))

/** One process; its answers come in the order of its questions. */
export class EnginePeer {
  constructor(program) {
    this.waiting = []
    this.child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(`cannot be started: ${error.message}`))
      this.child.once('close', (code, signal) => resolve(`ended with ${signal ?? code}`))
    })
    this.ended.then((how) => {
      for (const { reject, line } of this.waiting.splice(0)) {
        reject(new Error(`${program} ${how} at: ${line.slice(0, 2000)}`))
      }
    })
    createInterface({ input: this.child.stdout }).on('line', (answer) => {
      const { resolve, reject, line } = this.waiting.shift()
      if (answer.startsWith('ok')) resolve(answer.slice(3).split(' '))
      else reject(new Error(`${answer}\n  to: ${line.slice(0, 2000)}`))
    })
  }

  ask(...words) {
    const line = words.join(' ')
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject, line })
      this.child.stdin.write(`${line}\n`)
    })
  }

  async askBytes(...words) {
    return unhex((await this.ask(...words))[0])
  }

  merge(format, updates) {
    return this.askBytes('merge', format, ...updates.map(hex))
  }

  diff(format, update, state) {
    return this.askBytes('diff', format, hex(update), hex(state))
  }

  convert(from, to, update) {
    return this.askBytes('convert', from, to, hex(update))
  }

  async stop() {
    this.child.stdin.end()
    const how = await this.ended
    if (how !== 'ended with 0') throw new Error(`crdt_peer ${how}`)
  }
}

/** A replica that edits and applies as a Yjs document does. What it makes, it hands to `send`. */
export class EngineReplica {
  static async start(peer, client, send) {
    const replica = new EngineReplica()
    const [number] = await peer.ask('new', client)
    return Object.assign(replica, { kind: 'engine', peer, client, number, send })
  }

  async made(...words) {
    const update = await this.peer.askBytes(...words)
    if (update.length > 0) this.send(update)
  }

  spliceText(index, removed, inserted) {
    return this.made('edit', this.number, index, removed, hex(Buffer.from(inserted)))
  }

  set(key, any) {
    return this.made('set', this.number, key, hex(any))
  }

  unset(key) {
    return this.made('unset', this.number, key)
  }

  spliceList(index, removed, anys) {
    const values = Buffer.concat(anys)
    return this.made('splice', this.number, index, removed, anys.length, hex(values))
  }

  /** The update that a server would relay; of no bytes if nothing was new. */
  apply(format, update) {
    return this.peer.askBytes('apply', this.number, format, hex(update))
  }

  state() {
    return this.peer.askBytes('state', this.number)
  }

  encode(format, state = []) {
    return this.peer.askBytes('encode', this.number, format, hex(state))
  }

  async content() {
    const [text, pending, listLength, length] = await this.peer.ask('text', this.number)
    return {
      text: Buffer.from(unhex(text)).toString(),
      pending: pending === '1',
      listLength: Number(listLength),
      length: Number(length),
    }
  }

  reload(format) {
    return this.peer.ask('reload', this.number, format)
  }

  check() {
    return this.peer.ask('check', this.number)
  }
}
