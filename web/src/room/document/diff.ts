/**
 * The least that has to change to make one text of another, in whole characters (a pair of
 * surrogates is never split). Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986) on
 * characters; where the texts differ too much for that, on lines.
 */
import type { Replacement } from './replacements'

/** Above this many differing units the characters are not worth the time. */
const distanceMax = 1_000

export function diff(from: string, to: string): Replacement[] {
  let start = 0
  const shorter = Math.min(from.length, to.length)
  while (start < shorter && from.charCodeAt(start) === to.charCodeAt(start)) start++
  if (isHighSurrogate(from.charCodeAt(start - 1))) start--
  let end = 0
  while (
    end < shorter - start &&
    from.charCodeAt(from.length - 1 - end) === to.charCodeAt(to.length - 1 - end)
  )
    end++
  if (isLowSurrogate(from.charCodeAt(from.length - end))) end--
  const a = from.slice(start, from.length - end)
  const b = to.slice(start, to.length - end)
  return between(a, b, start)
}

function between(a: string, b: string, offset: number): Replacement[] {
  if (a === b) return []
  if (a === '' || b === '') return [{ offset, length: a.length, text: b }]
  const characters = myers(Array.from(a), Array.from(b), distanceMax)
  if (characters) return place(characters, offset)
  const lines = myers(splitLines(a), splitLines(b), distanceMax)
  return lines ? place(lines, offset) : [{ offset, length: a.length, text: b }]
}

function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

interface Hunk {
  gone: string[]
  come: string[]
  /** Units of the old text that are equal before this hunk, since the one before it. */
  skip: number
}

function place(hunks: Hunk[], offset: number): Replacement[] {
  let at = offset
  return hunks.map(({ skip, gone, come }) => {
    at += skip
    const length = gone.join('').length
    const replacement = { offset: at, length, text: come.join('') }
    at += length
    return replacement
  })
}

/** Undefined when more than `max` tokens differ. */
function myers(a: string[], b: string[], max: number): Hunk[] | undefined {
  const limit = Math.min(max, a.length + b.length)
  const frontier = new Int32Array(2 * limit + 3)
  const trail: Int32Array[] = []
  const zero = limit + 1
  for (let distance = 0; distance <= limit; distance++) {
    trail.push(frontier.slice())
    for (let k = -distance; k <= distance; k += 2) {
      const down = k === -distance || (k !== distance && at(zero + k - 1) < at(zero + k + 1))
      let x = down ? at(zero + k + 1) : at(zero + k - 1) + 1
      let y = x - k
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++
        y++
      }
      frontier[zero + k] = x
      if (x >= a.length && y >= b.length) return trace(a, b, trail, zero)
    }
  }
  return undefined

  function at(index: number): number {
    return frontier[index] ?? 0
  }
}

function trace(a: string[], b: string[], trail: Int32Array[], zero: number): Hunk[] {
  const kept: boolean[] = new Array<boolean>(a.length).fill(false)
  const matched: boolean[] = new Array<boolean>(b.length).fill(false)
  let x = a.length
  let y = b.length
  for (let distance = trail.length - 1; distance >= 0; distance--) {
    const frontier = trail[distance]
    const k = x - y
    const left = frontier?.[zero + k - 1] ?? 0
    const right = frontier?.[zero + k + 1] ?? 0
    const down = k === -distance || (k !== distance && left < right)
    const fromX = distance === 0 ? 0 : down ? right : left
    const fromY = distance === 0 ? 0 : fromX - (down ? k + 1 : k - 1)
    while (x > fromX && y > fromY) {
      kept[--x] = true
      matched[--y] = true
    }
    x = fromX
    y = fromY
  }
  return hunksOf(a, b, kept, matched)
}

function hunksOf(a: string[], b: string[], kept: boolean[], matched: boolean[]): Hunk[] {
  const hunks: Hunk[] = []
  let x = 0
  let y = 0
  let skip = 0
  while (x < a.length || y < b.length) {
    if (kept[x] && matched[y]) {
      skip += (a[x] ?? '').length
      x++
      y++
      continue
    }
    const hunk: Hunk = { skip, gone: [], come: [] }
    for (; x < a.length && !kept[x]; x++) hunk.gone.push(a[x] ?? '')
    for (; y < b.length && !matched[y]; y++) hunk.come.push(b[y] ?? '')
    hunks.push(hunk)
    skip = 0
  }
  return hunks
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
