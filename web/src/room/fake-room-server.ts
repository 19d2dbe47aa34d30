/**
 * The server's side of `yjs`, for tests: a document that answers what comes over a fake socket.
 * Nothing happens by itself; `handle` works through what has arrived.
 */
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { decodeMessage, encodeMessage } from './document/messages'
import type { YMessage } from './document/messages'
import type { FakeSocket, Sent } from './fake-socket'

export class FakeRoomServer {
  readonly doc = new Y.Doc()
  readonly code = this.doc.getText('code')
  readonly awareness = new Awareness(new Y.Doc())
  /** Instead of taking an update, it answers with this code. */
  refusing: string | undefined
  /** Acknowledgements wait here until `commit`. */
  private readonly uncommitted: (() => void)[] = []
  isCommitting = true
  private readonly handled = new WeakSet<Sent>()

  constructor(text: string) {
    this.code.insert(0, text)
    this.awareness.setLocalState(null)
  }

  get text(): string {
    return this.code.toJSON()
  }

  /** What a server says to somebody who has just joined. */
  greet(socket: FakeSocket): void {
    this.send(socket, { kind: 'step-1', stateVector: Y.encodeStateVector(this.doc) })
  }

  send(socket: FakeSocket, message: YMessage): void {
    socket.receive('yjs', encodeMessage(message))
  }

  /** Somebody else's change, told to this client. */
  edit(socket: FakeSocket, change: (code: Y.Text) => void): void {
    const before = Y.encodeStateVector(this.doc)
    this.doc.transact(() => change(this.code))
    this.send(socket, { kind: 'update', update: Y.encodeStateAsUpdate(this.doc, before) })
  }

  /** Somebody else says something in their awareness; null when they go. */
  say(
    socket: FakeSocket,
    state: Record<string, unknown> | null,
    from = new Awareness(new Y.Doc()),
  ) {
    from.setLocalState(state)
    const update = encodeAwarenessUpdate(from, [from.clientID])
    this.send(socket, { kind: 'awareness', update })
    return from
  }

  /** Works through what the client has sent; returns the messages. */
  handle(socket: FakeSocket): YMessage[] {
    const fresh = socket.sent.filter((sent) => sent.event === 'yjs' && !this.handled.has(sent))
    return fresh.flatMap((sent) => {
      this.handled.add(sent)
      const message = decodeMessage(sent.payload as Uint8Array)
      if (!message) return []
      this.take(socket, message, sent.answer ?? (() => undefined))
      return message
    })
  }

  commit(): void {
    for (const acknowledge of this.uncommitted.splice(0)) acknowledge()
  }

  private take(socket: FakeSocket, message: YMessage, answer: (value: unknown) => void): void {
    switch (message.kind) {
      case 'awareness':
        applyAwarenessUpdate(this.awareness, message.update, socket)
        answer({ ok: true })
        break
      case 'step-1':
        answer({ ok: true })
        this.send(socket, {
          kind: 'step-2',
          update: Y.encodeStateAsUpdate(this.doc, message.stateVector),
        })
        break
      case 'step-2':
      case 'update':
        if (this.refusing !== undefined) {
          answer({ ok: false, error: { code: this.refusing, message: '' } })
          break
        }
        Y.applyUpdate(this.doc, message.update, socket)
        this.uncommitted.push(() => answer({ ok: true }))
        if (this.isCommitting) this.commit()
    }
  }
}
