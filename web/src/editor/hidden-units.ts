/**
 * What a document may hold and an editor cannot show: carriage returns that some other program put
 * there, until the server deletes them; and things that are no text. Almost always there are none;
 * while there are, offsets differ between the two.
 */
import type * as Y from 'yjs'

export class HiddenUnits {
  /** Their offsets in the document, ascending. */
  private offsets: readonly number[] = []

  constructor(private readonly code: Y.Text) {
    this.look()
  }

  get areNone(): boolean {
    return this.offsets.length === 0
  }

  get count(): number {
    return this.offsets.length
  }

  /** Finds them in the document as it is now. */
  look(): void {
    const offsets: number[] = []
    let at = 0
    for (const { insert } of this.code.toDelta() as { insert: unknown }[]) {
      if (typeof insert !== 'string') {
        offsets.push(at++)
        continue
      }
      for (let found = insert.indexOf('\r'); found >= 0; found = insert.indexOf('\r', found + 1))
        offsets.push(at + found)
      at += insert.length
    }
    this.offsets = offsets
  }

  /** After an own change, which brings none but may move or delete some. */
  refresh(): void {
    if (!this.areNone) this.look()
  }

  /** Before those that stand at the offset. */
  toDocument(offset: number): number {
    let at = offset
    for (const hidden of this.offsets) {
      if (hidden >= at) break
      at++
    }
    return at
  }

  toModel(offset: number): number {
    return offset - this.offsets.filter((hidden) => hidden < offset).length
  }
}
