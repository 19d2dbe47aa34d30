import { describe, expect, it } from 'vitest'
import { formatAgo, formatDay, formatList } from './format'

const now = new Date(2026, 10, 24, 15, 0, 0)
const ago = (ms: number) => formatAgo(new Date(now.getTime() - ms), now)
const minute = 60_000

describe('formatAgo', () => {
  it.each([
    [-5_000, 'now'],
    [59_000, 'now'],
    [6 * minute, '6 min ago'],
    [59.9 * minute, '59 min ago'],
    [5 * 60 * minute, '5 h ago'],
    [16 * 60 * minute, 'yesterday'],
  ])('%d ms is %s', (ms, words) => {
    expect(ago(ms)).toBe(words)
  })

  it('is the day from the day before yesterday on', () => {
    const day = new Date(2026, 10, 20, 9)
    expect(formatAgo(day, now)).toBe(formatDay(day, now))
    expect(formatAgo(day, now)).not.toContain('2026')
    expect(formatDay(new Date(2025, 10, 20), now)).toContain('2025')
  })
})

describe('formatList', () => {
  it('joins names as a sentence does', () => {
    expect(formatList(['Ada'])).toBe('Ada')
    expect(formatList(['Ada', 'Mira'])).toBe('Ada and Mira')
  })
})
