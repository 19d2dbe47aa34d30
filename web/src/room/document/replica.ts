/**
 * This browser's replica of the room's document: the same CRDT that the server and all the others
 * hold. The text in it comes from the server, from the person at the keyboard, or from the copy
 * that this device has kept; nothing here ever puts initial text into it.
 */
import * as Y from 'yjs'

export class Replica {
  readonly doc = new Y.Doc()
  readonly code = this.doc.getText('code')

  /** The code as it is shown: LF line ends only. */
  get text(): string {
    return this.code.toJSON().replaceAll('\r', '')
  }

  dispose(): void {
    this.doc.destroy()
  }
}
