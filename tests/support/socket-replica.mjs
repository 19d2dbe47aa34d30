// A Yjs replica behind the event `yjs` of a Socket.IO client that joined with `sync: "yjs"`.
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'

const messageSync = 0

export class SocketReplica {
  constructor(socket) {
    this.socket = socket
    this.doc = new Y.Doc()
    this.text = this.doc.getText('code')
    this.answers = []
    socket.on('yjs', (bytes) => this.take(new Uint8Array(bytes)))
    this.doc.on('update', (update, origin) => {
      if (origin === socket) return
      this.answer = this.send((encoder) => sync.writeUpdate(encoder, update))
    })
    this.send((encoder) => sync.writeSyncStep1(encoder, this.doc))
  }

  /** Resolves to the server's answer: for an update, after the commit. */
  send(write) {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, messageSync)
    write(encoder)
    const answer = this.socket.ask('yjs', encoding.toUint8Array(encoder))
    this.answers.push(answer)
    return answer
  }

  /** Whether everything that was said so far has been taken; resolves when all is answered. */
  async isAcknowledged() {
    return (await Promise.all(this.answers)).every((answer) => answer.ok)
  }

  take(bytes) {
    const decoder = decoding.createDecoder(bytes)
    if (decoding.readVarUint(decoder) !== messageSync) return
    const reply = encoding.createEncoder()
    sync.readSyncMessage(decoder, reply, this.doc, this.socket)
    if (encoding.length(reply) === 0) return
    void this.send((encoder) => encoding.writeUint8Array(encoder, encoding.toUint8Array(reply)))
  }

  /** Types, and resolves to the answer. */
  type(offset, text) {
    this.text.insert(offset, text)
    return this.answer
  }
}
