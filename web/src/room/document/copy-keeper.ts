/**
 * Decides when this device keeps a copy of a room: only while something that was written here is
 * not acknowledged. Without a connection at once, with one after a second, since most answers
 * come sooner. The first row is the whole document, so that what was written can be read without
 * the server; what follows are updates, everybody's. When all is acknowledged the rows go.
 */
import * as Y from 'yjs'
import type { CopyRows } from './copy-rows'

const keepAfterMs = 1_000
/** A device that could not write a moment ago cannot now. */
const failedForMs = 30_000
/** More rows than this are put together into one. */
const rowsMax = 200

export interface Waiting {
  isUnacknowledged: boolean
  isConnected: boolean
}

export class CopyKeeper {
  private doc: Y.Doc | undefined
  private keys: number[] = []
  private queue: Uint8Array[] = []
  private isKeeping = false
  private isOver = false
  private failedAt = -Infinity
  private timer: ReturnType<typeof setTimeout> | undefined
  private work: Promise<void> = Promise.resolve()
  private openTasks = 0
  private readonly stopListening: () => void

  /** `name` tells rooms and people apart: nobody's copy is ever taken for somebody else's. */
  constructor(
    private readonly rows: CopyRows,
    private readonly name: string,
    private readonly now: () => number,
  ) {
    this.stopListening = rows.onCleared(() => {
      this.keys = []
      this.isKeeping = false
    })
  }

  /** What was kept; none when nothing was, or when it cannot be read. */
  async load(): Promise<Uint8Array[]> {
    try {
      const kept = await this.rows.read(this.name)
      this.keys.push(...kept.map(({ key }) => key))
      return kept.map(({ update }) => update)
    } catch {
      return []
    }
  }

  attach(doc: Y.Doc): void {
    this.doc?.off('update', this.onUpdate)
    this.doc = doc
    doc.on('update', this.onUpdate)
  }

  /** Everything that waits to be acknowledged is on this device. */
  get holdsAll(): boolean {
    return this.isKeeping && this.openTasks === 0
  }

  note({ isUnacknowledged, isConnected }: Waiting): void {
    if (!isUnacknowledged) this.release()
    else if (!isConnected) this.begin()
    else this.timer ??= setTimeout(() => this.begin(), keepAfterMs)
  }

  /** The page may be gone in a moment. */
  hurry(): void {
    if (this.timer !== undefined) this.begin()
  }

  /** What is kept is not wanted any more, whatever waits. */
  discard(): void {
    this.release()
  }

  /** The room is not this person's any more: also what other pages kept of it goes. */
  wipe(): void {
    this.isOver = true
    this.release()
    this.enqueue(() => this.rows.removeRoom(this.name))
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.stopListening()
    this.doc?.off('update', this.onUpdate)
    this.doc = undefined
  }

  private readonly onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (!this.isKeeping || origin === this) return
    this.queue.push(update)
    if (this.queue.length === 1) this.enqueue(() => this.flush())
  }

  private begin(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.isOver || this.isKeeping || !this.doc) return
    if (this.now() - this.failedAt < failedForMs) return
    this.isKeeping = true
    this.enqueue(() => this.putTogether())
  }

  private release(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.isKeeping = false
    this.queue = []
    if (this.keys.length > 0 || this.openTasks > 0)
      this.enqueue(() => this.rows.remove(this.keys.splice(0)))
  }

  private async putTogether(): Promise<void> {
    if (!this.isKeeping || !this.doc) return
    // Whatever is in the queue is in the document as well.
    this.queue = []
    const key = await this.rows.add(this.name, Y.encodeStateAsUpdate(this.doc))
    await this.rows.remove(this.keys.splice(0, Infinity, key))
  }

  private async flush(): Promise<void> {
    if (this.queue.length === 0) return
    const key = await this.rows.add(this.name, Y.mergeUpdates(this.queue.splice(0)))
    this.keys.push(key)
    if (this.keys.length > rowsMax) await this.putTogether()
  }

  /** One after the other, so that a row is never removed before it is there. */
  private enqueue(task: () => Promise<void>): void {
    this.openTasks++
    this.work = this.work.then(task).then(
      () => {
        this.openTasks--
      },
      () => {
        this.openTasks--
        this.failedAt = this.now()
        this.isKeeping = false
        this.queue = []
      },
    )
  }
}
