/** Arbitrary changes for property tests. */
import type { Random } from './random'
import type { Replacement } from './replacements'

const words = ['a', 'bc', '\n', '😀', 'é', 'if x:\n    y', '()', ' ']

export function randomText(random: Random, parts = 12): string {
  return Array.from({ length: random.below(parts) }, () => random.pick(words)).join('')
}

/** Up to three replacements at character borders of `text`, ascending. */
export function randomChange(random: Random, text: string): Replacement[] {
  const borders = [0]
  for (const character of text) borders.push((borders.at(-1) ?? 0) + character.length)
  const replacements: Replacement[] = []
  let from = 0
  for (let left = random.below(3) + 1; left > 0 && from < borders.length; left--) {
    const start = from + random.below(borders.length - from)
    const end = Math.min(borders.length - 1, start + random.below(4))
    const offset = borders[start] ?? 0
    const length = (borders[end] ?? 0) - offset
    replacements.push({ offset, length, text: random.below(3) ? random.pick(words) : '' })
    from = end + 1
  }
  return replacements
}
