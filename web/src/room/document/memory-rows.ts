/** A device's store in memory, for tests; it can be full. */
import type { CopyRow, CopyRows } from './copy-rows'

export class MemoryRows implements CopyRows {
  isFull = false
  private rows: (CopyRow & { name: string })[] = []
  private nextKey = 1
  private readonly listeners = new Set<() => void>()

  get count(): number {
    return this.rows.length
  }

  read(name: string): Promise<CopyRow[]> {
    return Promise.resolve(this.rows.filter((row) => row.name === name))
  }

  add(name: string, update: Uint8Array): Promise<number> {
    if (this.isFull) return Promise.reject(new Error('the disk is full'))
    const key = this.nextKey++
    this.rows.push({ key, name, update })
    return Promise.resolve(key)
  }

  remove(keys: readonly number[]): Promise<void> {
    this.rows = this.rows.filter(({ key }) => !keys.includes(key))
    return Promise.resolve()
  }

  removeRoom(name: string): Promise<void> {
    this.rows = this.rows.filter((row) => row.name !== name)
    return Promise.resolve()
  }

  removeAll(): Promise<void> {
    this.rows = []
    for (const listener of [...this.listeners]) listener()
    return Promise.resolve()
  }

  onCleared(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }
}
