import { describe, expect, test } from 'vitest'
import { indicatorOf, initialLink, nextIndicatorChange, reduceLink } from './link'
import type { Link, LinkEvent, LinkFacts } from './link'
import { retryDelay } from './retry'

const facts = (some: Partial<LinkFacts> = {}): LinkFacts => ({
  now: 10_000,
  unacknowledgedSince: undefined,
  saved: true,
  browserOnline: true,
  ...some,
})
const after = (...events: LinkEvent[]): Link => events.reduce(reduceLink, initialLink)
const synced: LinkEvent = { type: 'synced', at: 1 }
const lost = (at = 9_000, restarting = false): LinkEvent => ({ type: 'lost', at, restarting })

describe('the indicator of connection and saving', () => {
  test.each<[string, Link, Partial<LinkFacts>]>([
    ['loading', after(), {}],
    ['loading', after(lost()), {}],
    ['saved', after(synced), {}],
    ['saved', after(synced), { unacknowledgedSince: 9_800 }],
    ['saving', after(synced), { unacknowledgedSince: 9_700 }],
    ['not-saved', after(synced), { saved: false }],
    ['reconnecting', after(synced, lost()), {}],
    ['reconnecting', after(synced, lost(), { type: 'retrying', at: 12_000 }), {}],
    ['restarting', after(synced, lost(9_000, true)), {}],
    ['offline', after(synced, lost()), { browserOnline: false }],
    ['offline', after(synced, lost()), { now: 39_000 }],
    ['back', after(synced, lost(), { type: 'synced', at: 8_000 }), {}],
    ['saved', after(synced, lost(), { type: 'synced', at: 7_000 }), {}],
    ['ended', after(synced, { type: 'ended', reason: 'removed' }), {}],
  ])('says %s (%j, %j)', (expected, link, some) => {
    expect(indicatorOf(link, facts(some))).toBe(expected)
  })

  test('an ended room stays ended', () => {
    const ended = after(synced, { type: 'ended', reason: 'deleted' })
    expect(reduceLink(ended, lost())).toBe(ended)
    expect(reduceLink(ended, { type: 'retrying', at: 1 })).toBe(ended)
  })

  test('knows when it will change by itself', () => {
    expect(nextIndicatorChange(after(synced), facts())).toBeUndefined()
    expect(nextIndicatorChange(after(synced), facts({ unacknowledgedSince: 9_900 }))).toBe(10_200)
    expect(nextIndicatorChange(after(synced, lost()), facts())).toBe(39_000)
  })
})

test('retries come after half a second, doubling to ten, 30 % about that', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => retryDelay(attempt, 0.5))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
  ])
  expect([retryDelay(0, 0), retryDelay(9, 1)]).toEqual([350, 13_000])
})
