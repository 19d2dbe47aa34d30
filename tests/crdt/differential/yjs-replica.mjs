// Yjs itself, in the shape of an engine's replica.
import * as decoding from 'lib0/decoding'
import * as Y from 'yjs'

const parse = (any) => decoding.readAny(decoding.createDecoder(any))

export class YjsReplica {
  constructor(client, send) {
    Object.assign(this, { kind: 'yjs', client, send })
    this.open(new Y.Doc())
  }

  open(doc) {
    doc.clientID = this.client
    // What it was given is known to others; what it makes itself may also be a clean-up of formats.
    doc.on('update', (update, origin) => {
      if (origin !== 'network') this.send(update)
    })
    this.doc = doc
    this.text = doc.getText('code')
    this.map = doc.getMap('meta')
    this.list = doc.getArray('list')
  }

  spliceText(index, removed, inserted) {
    this.doc.transact(() => {
      if (removed > 0) this.text.delete(index, removed)
      if (inserted !== '') this.text.insert(index, inserted)
    })
  }

  format(index, length, attributes) {
    this.text.format(index, length, attributes)
  }

  set(key, any) {
    this.map.set(key, parse(any))
  }

  unset(key) {
    this.map.delete(key)
  }

  spliceList(index, removed, anys) {
    this.doc.transact(() => {
      if (removed > 0) this.list.delete(index, removed)
      if (anys.length > 0) this.list.insert(index, anys.map(parse))
    })
  }

  apply(format, update) {
    const apply = format === 2 ? Y.applyUpdateV2 : Y.applyUpdate
    apply(this.doc, update, 'network')
    return new Uint8Array()
  }

  state() {
    return Y.encodeStateVector(this.doc)
  }

  encode(format, state = new Uint8Array([0])) {
    return (format === 2 ? Y.encodeStateAsUpdateV2 : Y.encodeStateAsUpdate)(this.doc, state)
  }

  content() {
    const { store } = this.doc
    return {
      text: this.text.toString(),
      pending: store.pendingStructs !== null || store.pendingDs !== null,
      listLength: this.list.length,
      length: this.text.length,
    }
  }

  /** From its own bytes: what Yjs leaves apart in some orders of delivery is merged afterwards. */
  reload(format) {
    const bytes = this.encode(format)
    this.doc.destroy()
    this.doc = new Y.Doc()
    this.apply(format, bytes) // under another number: Yjs gives up its own when it comes from elsewhere
    this.open(this.doc)
  }

  check() {
    // Yjs looks at what waits when something arrives, and not always at all of it.
    for (let i = 0; i < 3; i++) this.apply(1, new Uint8Array([0, 0]))
  }
}
