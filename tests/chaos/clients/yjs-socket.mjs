// A replica of the room's document over the official socket.io-client and the event `yjs`. What was
// typed without a connection, or not acknowledged, it brings in its answer to the server's step 1.
import { createDecoder, readVarUint, readVarUint8Array } from 'lib0/decoding'
import { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import { io } from 'socket.io-client'
import * as Y from 'yjs'

const syncMessage = 0
const [step1, step2, update] = [0, 1, 2]

const message = (type, bytes) => {
  const encoder = createEncoder()
  writeVarUint(encoder, syncMessage)
  writeVarUint(encoder, type)
  writeVarUint8Array(encoder, bytes)
  return toUint8Array(encoder)
}

export class YjsSocketClient {
  kind = 'yjs'
  isReady = false
  /** What the server has not acknowledged: the callbacks that wait for it. */
  unacknowledged = new Set()

  constructor({
    base,
    token,
    room,
    doc = new Y.Doc(),
    onReady = () => {},
    onProblem,
    connection = {},
  }) {
    Object.assign(this, { room, doc, onReady, onProblem })
    this.code = doc.getText('code')
    this.socket = io(base, {
      forceNew: true,
      transports: ['websocket'],
      auth: { token },
      reconnectionDelay: 200,
      reconnectionDelayMax: 1_000,
      ...connection,
    })
    this.socket.on('connect', () => this.join())
    this.socket.on('connect_error', (error) => {
      if (!this.socket.active) onProblem(`refused: ${error.message}`)
    })
    this.socket.on('disconnect', (reason) => {
      this.isReady = false
      this.hasAnswered = false
      if (reason === 'io server disconnect') onProblem('sent away by the server')
    })
    this.socket.on('yjs', (bytes) => this.receive(new Uint8Array(bytes)))
    doc.on('update', (bytes, origin) => {
      // Before the server's step 1 is answered there is nothing to send: the answer holds it.
      if (origin !== this && this.hasAnswered) this.send(update, bytes, [this.typed])
    })
  }

  async join() {
    const answer = await this.socket
      .emitWithAck('join', { room_id: this.room, sync: 'yjs' })
      .catch(() => undefined)
    if (answer?.ok === false) this.onProblem(`join: ${answer.error.code}`)
    if (answer?.ok) this.socket.emit('yjs', message(step1, Y.encodeStateVector(this.doc)))
  }

  receive(bytes) {
    const decoder = createDecoder(bytes)
    if (readVarUint(decoder) !== syncMessage) return
    const type = readVarUint(decoder)
    const content = readVarUint8Array(decoder)
    if (type === step1) {
      this.hasAnswered = true
      this.send(step2, Y.encodeStateAsUpdate(this.doc, content), [...this.unacknowledged])
      return
    }
    Y.applyUpdate(this.doc, content, this)
    if (type === step2 && !this.isReady) {
      this.isReady = true
      this.onReady()
    }
  }

  /** `carried`: what is acknowledged with it. */
  send(type, bytes, carried) {
    this.socket.emit('yjs', message(type, bytes), (answer) => {
      if (!answer.ok) return this.onProblem(`yjs: ${answer.error.code}: ${answer.error.message}`)
      for (const acknowledged of carried) {
        if (this.unacknowledged.delete(acknowledged)) acknowledged()
      }
    })
  }

  get text() {
    return this.code.toString()
  }

  /** A replica that has never been synchronised has no text to type into. */
  get canEdit() {
    return this.text !== ''
  }

  edit(offset, removed, inserted, acknowledged) {
    this.typed = () => acknowledged() // one of its own for each edit
    this.unacknowledged.add(this.typed)
    this.doc.transact(() => {
      if (removed > 0) this.code.delete(offset, removed)
      if (inserted !== '') this.code.insert(offset, inserted)
    })
  }

  get isQuiet() {
    return this.isReady && this.unacknowledged.size === 0
  }

  disconnect() {
    this.socket.disconnect()
  }

  connect() {
    this.socket.connect()
  }

  stop() {
    this.socket.disconnect()
    this.doc.destroy()
  }
}
