import { describe, expect, test } from 'vitest'
import { ChangeSet } from './change-set'
import { Random } from './random'
import { randomChange, randomText } from './random-change'

describe('ChangeSet', () => {
  test('applies several replacements at once', () => {
    const change = ChangeSet.of(11, [
      { offset: 6, length: 5, text: 'there' },
      { offset: 0, length: 1, text: 'J' },
    ])
    expect(change.apply('hello world')).toBe('Jello there')
    expect([change.before, change.after]).toEqual([11, 11])
  })

  test('refuses what lies outside the text or overlaps', () => {
    expect(() => ChangeSet.of(3, [{ offset: 2, length: 2, text: '' }])).toThrow(RangeError)
    expect(() =>
      ChangeSet.of(9, [
        { offset: 2, length: 4, text: '' },
        { offset: 5, length: 1, text: '' },
      ]),
    ).toThrow(RangeError)
    expect(() => ChangeSet.identity(3).apply('four')).toThrow(RangeError)
  })

  test('two insertions at one place keep the order that the sides say', () => {
    const a = ChangeSet.of(0, [{ offset: 0, length: 0, text: 'A' }])
    const b = ChangeSet.of(0, [{ offset: 0, length: 0, text: 'B' }])
    expect(b.transform(a, 'second').apply(a.apply(''))).toBe('AB')
    expect(a.transform(b, 'first').apply(b.apply(''))).toBe('AB')
  })

  test('a position stays before or goes after text inserted at it', () => {
    const change = ChangeSet.of(4, [{ offset: 2, length: 0, text: 'xyz' }])
    expect(change.map(2, 'before')).toBe(2)
    expect(change.map(2, 'after')).toBe(5)
    expect(change.map(3, 'before')).toBe(6)
    const deletion = ChangeSet.of(6, [{ offset: 1, length: 4, text: '' }])
    expect([0, 1, 3, 5, 6].map((at) => deletion.map(at, 'after'))).toEqual([0, 1, 1, 1, 2])
  })

  test('laws hold for random changes', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed)
      const text = randomText(random)
      const a = randomChange(random, text)
      const b = randomChange(random, text)
      const next = randomChange(random, a.apply(text))
      expect(a.invert(text).apply(a.apply(text)), `seed ${seed}`).toBe(text)
      expect(a.compose(next).apply(text), `seed ${seed}`).toBe(next.apply(a.apply(text)))
      const ab = b.transform(a, 'second').apply(a.apply(text))
      const ba = a.transform(b, 'first').apply(b.apply(text))
      expect(ab, `seed ${seed}`).toBe(ba)
      expect(ChangeSet.of(text.length, a.replacements()).apply(text)).toBe(a.apply(text))
    }
  })
})
