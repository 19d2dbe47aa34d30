/**
 * What happened to a text, as one value: an operation of classical operational transformation.
 * A change set walks over the text it was made for, keeping, inserting and deleting, and can be
 * applied, inverted, composed with the next one and transformed over one made at the same time.
 * Immutable. Lengths are UTF-16 code units. Cost: linear in the number of parts.
 */

/** A positive number keeps that many units, a negative one deletes them, a string is inserted. */
export type Part = number | string

/** One replaced stretch, in positions of the text before the change set. */
export interface Replacement {
  offset: number
  length: number
  text: string
}

export class ChangeSet {
  /** Length of the text before, and after. */
  readonly before: number
  readonly after: number

  private constructor(readonly parts: readonly Part[]) {
    let before = 0
    let after = 0
    for (const part of parts) {
      if (typeof part === 'string') after += part.length
      else {
        before += Math.abs(part)
        if (part > 0) after += part
      }
    }
    this.before = before
    this.after = after
  }

  static identity(length: number): ChangeSet {
    return new ChangeSet(length > 0 ? [length] : [])
  }

  /** Replacements must not overlap; their order does not matter. */
  static of(length: number, replacements: readonly Replacement[]): ChangeSet {
    const builder = new PartsBuilder()
    let at = 0
    for (const { offset, length: gone, text } of [...replacements].sort(byOffset)) {
      if (offset < at || offset + gone > length) throw new RangeError('replacement out of range')
      builder.keep(offset - at)
      builder.insert(text)
      builder.remove(gone)
      at = offset + gone
    }
    builder.keep(length - at)
    return new ChangeSet(builder.parts)
  }

  get isEmpty(): boolean {
    return this.parts.every((part) => typeof part === 'number' && part > 0)
  }

  apply(text: string): string {
    if (text.length !== this.before) throw new RangeError('made for a text of another length')
    let result = ''
    let at = 0
    for (const part of this.parts) {
      if (typeof part === 'string') result += part
      else if (part > 0) result += text.slice(at, (at += part))
      else at -= part
    }
    return result
  }

  /** What takes the text after this back to `text`, which it was made for. */
  invert(text: string): ChangeSet {
    const builder = new PartsBuilder()
    let at = 0
    for (const part of this.parts) {
      if (typeof part === 'string') builder.remove(part.length)
      else if (part > 0) {
        builder.keep(part)
        at += part
      } else builder.insert(text.slice(at, (at -= part)))
    }
    return new ChangeSet(builder.parts)
  }

  /** This, then `next`, as one. */
  compose(next: ChangeSet): ChangeSet {
    if (this.after !== next.before) throw new RangeError('does not follow')
    const builder = new PartsBuilder()
    const first = new PartsReader(this.parts)
    const second = new PartsReader(next.parts)
    for (;;) {
      const a = first.peek()
      const b = second.peek()
      if (a === undefined && b === undefined) return new ChangeSet(builder.parts)
      if (typeof a === 'number' && a < 0) {
        builder.remove(-a)
        first.take(-a)
      } else if (typeof b === 'string') {
        builder.insert(b)
        second.take(b.length)
      } else {
        const length = Math.min(sizeOf(a), sizeOf(b))
        const kept = typeof b === 'number' && b > 0
        if (typeof a === 'string') {
          if (kept) builder.insert(a.slice(0, length))
        } else if (kept) builder.keep(length)
        else builder.remove(length)
        first.take(length)
        second.take(length)
      }
    }
  }

  /**
   * This as it has to read after `other`, which was made for the same text. Where both insert at
   * one place, `side` says whose text comes first.
   */
  transform(other: ChangeSet, side: 'first' | 'second'): ChangeSet {
    if (this.before !== other.before) throw new RangeError('made for another text')
    const builder = new PartsBuilder()
    const mine = new PartsReader(this.parts)
    const theirs = new PartsReader(other.parts)
    for (;;) {
      const a = mine.peek()
      const b = theirs.peek()
      if (a === undefined && b === undefined) return new ChangeSet(builder.parts)
      if (typeof a === 'string' && (side === 'first' || typeof b !== 'string')) {
        builder.insert(a)
        mine.take(a.length)
      } else if (typeof b === 'string') {
        builder.keep(b.length)
        theirs.take(b.length)
      } else {
        const length = Math.min(sizeOf(a), sizeOf(b))
        const gone = typeof b === 'number' && b < 0
        if (!gone) {
          if (typeof a === 'number' && a > 0) builder.keep(length)
          else builder.remove(length)
        }
        mine.take(length)
        theirs.take(length)
      }
    }
  }

  /**
   * Where a position of the text before is afterwards. Text inserted exactly there pushes it
   * along when `bias` is 'after'.
   */
  map(offset: number, bias: 'before' | 'after'): number {
    let from = 0
    let to = 0
    for (const part of this.parts) {
      if (typeof part === 'string') {
        if (from === offset && bias === 'before') return to
        to += part.length
      } else if (part > 0) {
        if (from + part > offset || (from + part === offset && bias === 'before'))
          return to + offset - from
        from += part
        to += part
      } else {
        from -= part
        if (from > offset) return to
      }
    }
    return to
  }

  /** The stretches that change, from the start of the text to its end. */
  replacements(): Replacement[] {
    const result: Replacement[] = []
    let at = 0
    let open: Replacement | undefined
    for (const part of this.parts) {
      if (typeof part === 'number' && part > 0) {
        at += part
        open = undefined
        continue
      }
      if (!open) result.push((open = { offset: at, length: 0, text: '' }))
      if (typeof part === 'string') open.text += part
      else {
        open.length -= part
        at -= part
      }
    }
    return result
  }
}

function byOffset(a: Replacement, b: Replacement): number {
  return a.offset - b.offset || a.length - b.length
}

function sizeOf(part: Part | undefined): number {
  return part === undefined ? Infinity : typeof part === 'string' ? part.length : Math.abs(part)
}

/** Joins neighbours and puts an insertion before a deletion, so that equal changes look equal. */
class PartsBuilder {
  readonly parts: Part[] = []

  keep(length: number): void {
    if (length <= 0) return
    const last = this.parts.at(-1)
    if (typeof last === 'number' && last > 0) this.parts[this.parts.length - 1] = last + length
    else this.parts.push(length)
  }

  remove(length: number): void {
    if (length <= 0) return
    const last = this.parts.at(-1)
    if (typeof last === 'number' && last < 0) this.parts[this.parts.length - 1] = last - length
    else this.parts.push(-length)
  }

  insert(text: string): void {
    if (text === '') return
    const last = this.parts.at(-1)
    if (typeof last === 'string') this.parts[this.parts.length - 1] = last + text
    else if (typeof last === 'number' && last < 0) {
      const previous = this.parts.at(-2)
      if (typeof previous === 'string') this.parts[this.parts.length - 2] = previous + text
      else this.parts.splice(-1, 0, text)
    } else this.parts.push(text)
  }
}

class PartsReader {
  private index = 0
  private used = 0

  constructor(private readonly parts: readonly Part[]) {}

  /** What is left of the current part. */
  peek(): Part | undefined {
    const part = this.parts[this.index]
    if (part === undefined || this.used === 0) return part
    if (typeof part === 'string') return part.slice(this.used)
    return part > 0 ? part - this.used : part + this.used
  }

  take(length: number): void {
    const part = this.parts[this.index]
    this.used += length
    if (part !== undefined && this.used >= sizeOf(part)) {
      this.index++
      this.used = 0
    }
  }
}
