// A client that holds a plain text and sends Monaco's changes, over the official socket.io-client. It
// trusts in nothing but acknowledgements: when the connection is gone, so is what was on its way.
import { io } from 'socket.io-client'

import { applied, changeOf } from './monaco.mjs'

export class DeltaClient {
  kind = 'delta'
  text = ''
  isReady = false
  unacknowledged = 0

  /** Its changes tell the last relay that it has applied, and with `tellsText` also its whole text, as
   *  the web client's do. (The text alone, as the first version sent it, can be ambiguous.) */
  constructor({
    base,
    token,
    room,
    tellsText = false,
    onReady = () => {},
    onProblem,
    connection = {},
  }) {
    Object.assign(this, { room, tellsText, onReady, onProblem })
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
      this.unacknowledged = 0
      if (reason === 'io server disconnect') onProblem('sent away by the server')
    })
    this.socket.on('initial-code', ({ code, rev }) => {
      this.text = code
      this.rev = rev
      this.isReady = true
      this.onReady()
    })
    this.socket.on('code-update', ({ changes, rev }) => {
      this.text = applied(this.text, changes)
      this.rev = rev
    })
  }

  async join() {
    const answer = await this.socket
      .emitWithAck('join', { room_id: this.room })
      .catch(() => undefined)
    if (answer?.ok === false) this.onProblem(`join: ${answer.error.code}`)
  }

  /** Before its changes are answered a delta client cannot tell which of the relays that it applied
   *  stand where the document has them: it waits, so that it never types inside a token. */
  get canEdit() {
    return this.isReady && this.unacknowledged === 0
  }

  /** Replaces `removed` units; calls `acknowledged` after the commit. */
  edit(offset, removed, inserted, acknowledged) {
    const changes = [changeOf(this.text, offset, removed, inserted)]
    this.text = applied(this.text, changes)
    this.unacknowledged += 1
    const { text: code, rev } = this
    const { id } = this.socket
    this.socket.emit('code_change', { changes, rev, ...(this.tellsText && { code }) }, (answer) => {
      if (this.socket.id !== id) return
      this.unacknowledged -= 1
      if (answer.ok) acknowledged()
      else this.onProblem(`code_change: ${answer.error.code}: ${answer.error.message}`)
    })
  }

  get isQuiet() {
    return this.isReady && this.unacknowledged === 0
  }

  disconnect() {
    this.socket.disconnect()
  }

  connect() {
    this.socket.connect()
  }

  stop() {
    this.socket.disconnect()
  }
}
