// A replica kept by npm's y-websocket, unmodified. It knows no acknowledgement: what it still holds at
// the end has to be there.
import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

const permissionDenied = 2

export class YWebSocketClient {
  kind = 'y-websocket'

  constructor({
    base,
    token,
    room,
    doc = new Y.Doc(),
    onReady = () => {},
    onProblem,
    connection = {},
  }) {
    Object.assign(this, { room, doc })
    this.code = doc.getText('code')
    this.provider = new WebsocketProvider(`${base.replace('http', 'ws')}/yjs`, room, doc, {
      params: { token },
      WebSocketPolyfill: WebSocket,
      disableBc: true, // clients of one process would find each other past the server
      maxBackoffTime: 1_000,
      ...connection,
    })
    this.provider.on('sync', (isSynced) => isSynced && onReady())
    this.provider.on('closed', ({ code, reason }) => onProblem(`sent away: ${code} ${reason}`))
    this.provider.messageHandlers[permissionDenied] = () => onProblem('an edit was denied')
  }

  get isReady() {
    return this.provider.synced
  }

  get text() {
    return this.code.toString()
  }

  get canEdit() {
    return this.text !== ''
  }

  edit(offset, removed, inserted) {
    this.doc.transact(() => {
      if (removed > 0) this.code.delete(offset, removed)
      if (inserted !== '') this.code.insert(offset, inserted)
    })
  }

  get isQuiet() {
    return this.isReady
  }

  disconnect() {
    this.provider.disconnect()
  }

  connect() {
    this.provider.connect()
  }

  stop() {
    this.provider.destroy()
    this.doc.destroy()
  }
}
