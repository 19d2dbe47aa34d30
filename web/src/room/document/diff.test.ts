import { expect, test } from 'vitest'
import type { ChangeSet } from './change-set'
import { diff } from './diff'
import { Random } from './random'
import { randomChange, randomText } from './random-change'

test('says only what changed', () => {
  expect(diff('let a = 1\nlet b = 2\n', 'let a = 10\nlet c = 2\n').replacements()).toEqual([
    { offset: 9, length: 0, text: '0' },
    { offset: 14, length: 1, text: 'c' },
  ])
  expect(diff('same', 'same').isEmpty).toBe(true)
})

test('never splits a pair of surrogates', () => {
  // 😀 and 😁 share their first unit, 🀀 and 😀 (here) the second.
  expect(diff('a😀b', 'a😁b').replacements()).toEqual([{ offset: 1, length: 2, text: '😁' }])
  expect(diff('\u{1f600}', '\u{1fa00}').replacements()[0]?.length).toBe(2)
})

test('texts with nothing in common cost no more than their lines', () => {
  const from = Array.from({ length: 3_000 }, (_, line) => `left ${line}\n`).join('')
  const to = Array.from({ length: 3_000 }, (_, line) => `${line} right\n`).join('')
  expect(diff(from, to).apply(from)).toBe(to)
  const changed = from.replaceAll('left 7', 'LEFT 7')
  expect(diff(from, changed).apply(from)).toBe(changed)
})

test('leads from one text to the other, with no more characters than were touched', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed)
    const from = randomText(random, 30)
    const change = randomChange(random, from)
    const found = diff(from, change.apply(from))
    expect(found.apply(from), `seed ${seed}`).toBe(change.apply(from))
    expect(characters(found, from), `seed ${seed}`).toBeLessThanOrEqual(characters(change, from))
  }
})

function characters(change: ChangeSet, before: string): number {
  return change
    .replacements()
    .map(({ offset, length, text }) => before.slice(offset, offset + length) + text)
    .reduce((sum, touched) => sum + Array.from(touched).length, 0)
}
