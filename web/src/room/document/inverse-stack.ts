/**
 * What would take back one's own changes, the last one first, while others go on changing the
 * text between and around them. Under undo, and under finding out which of our changes a server
 * has after the connection was lost.
 *
 * Invariant: the inverse on top applies to the text now, each other one to the text that taking
 * back everything above it leaves.
 */
import type { ChangeSet } from './change-set'

export interface Inverse {
  inverse: ChangeSet
}

export class InverseStack<T extends Inverse> {
  private readonly entries: T[] = []

  /** `follow` may adapt what else an entry holds to a change that happened below it. */
  constructor(private readonly follow?: (entry: T, change: ChangeSet) => void) {}

  get items(): readonly T[] {
    return this.entries
  }

  get top(): T | undefined {
    return this.entries.at(-1)
  }

  push(entry: T): void {
    this.entries.push(entry)
  }

  pop(): T | undefined {
    return this.entries.pop()
  }

  /** What has become everybody's is no longer ours to take back. */
  dropOldest(): void {
    this.entries.shift()
  }

  remove(entry: T): void {
    const index = this.entries.indexOf(entry)
    if (index >= 0) this.entries.splice(index, 1)
  }

  clear(): void {
    this.entries.length = 0
  }

  /** Somebody else's `change` was applied to the text now. */
  mapOver(change: ChangeSet): void {
    let below = change
    for (let index = this.entries.length - 1; index >= 0; index--) {
      const entry = this.entries[index]
      if (!entry) continue
      const inverse = entry.inverse
      entry.inverse = inverse.transform(below, 'first')
      below = below.transform(inverse, 'second')
      this.follow?.(entry, below)
    }
  }
}
