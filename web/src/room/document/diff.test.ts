import { expect, test } from 'vitest'
import { diff } from './diff'
import { Random } from './random'
import { randomChange, randomText } from './random-change'
import { applied } from './replacements'
import type { Replacement } from './replacements'

test('says only what changed', () => {
  expect(diff('let a = 1\nlet b = 2\n', 'let a = 10\nlet c = 2\n')).toEqual([
    { offset: 9, length: 0, text: '0' },
    { offset: 14, length: 1, text: 'c' },
  ])
  expect(diff('same', 'same')).toEqual([])
})

test('never splits a pair of surrogates', () => {
  // 😀 and 😁 share their first unit, 🀀 and 😀 (here) the second.
  expect(diff('a😀b', 'a😁b')).toEqual([{ offset: 1, length: 2, text: '😁' }])
  expect(diff('\u{1f600}', '\u{1fa00}')[0]?.length).toBe(2)
})

test('texts with nothing in common cost no more than their lines', () => {
  const from = Array.from({ length: 3_000 }, (_, line) => `left ${line}\n`).join('')
  const to = Array.from({ length: 3_000 }, (_, line) => `${line} right\n`).join('')
  expect(applied(diff(from, to), from)).toBe(to)
  const changed = from.replaceAll('left 7', 'LEFT 7')
  expect(applied(diff(from, changed), from)).toBe(changed)
})

test('leads from one text to the other, with no more characters than were touched', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed)
    const from = randomText(random, 30)
    const change = randomChange(random, from)
    const to = applied(change, from)
    const found = diff(from, to)
    expect(applied(found, from), `seed ${seed}`).toBe(to)
    expect(characters(found, from), `seed ${seed}`).toBeLessThanOrEqual(characters(change, from))
  }
})

function characters(change: readonly Replacement[], before: string): number {
  return change
    .map(({ offset, length, text }) => before.slice(offset, offset + length) + text)
    .reduce((sum, touched) => sum + Array.from(touched).length, 0)
}
