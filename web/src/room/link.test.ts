import { describe, expect, test } from 'vitest'
import { indicatorOf, initialLink, nextIndicatorChange, reduceLink } from './link'
import type { Link, LinkEvent, LinkFacts } from './link'
import { retryDelay } from './retry'

const facts = (some: Partial<LinkFacts> = {}): LinkFacts => ({
  now: 10_000,
  unacknowledgedSince: undefined,
  askingSince: undefined,
  quietSince: undefined,
  saved: true,
  browserOnline: true,
  ...some,
})
const after = (...events: LinkEvent[]): Link => events.reduce(reduceLink, initialLink)
const synced: LinkEvent = { type: 'synced', at: 1 }
const lost = (at = 9_000, restarting = false): LinkEvent => ({ type: 'lost', at, restarting })

const settled = (at: number): LinkEvent => ({ type: 'settled', at })
const back = after(synced, lost(), { type: 'synced', at: 7_000 })

describe('the indicator of connection and saving', () => {
  test.each<[string, Link, Partial<LinkFacts>]>([
    ['loading', after(), {}],
    ['loading', after(lost()), {}],
    ['loading', after(settled(5)), {}],
    ['saved', after(synced), {}],
    ['saving', after(synced), { unacknowledgedSince: 10_000 }],
    ['saving', after(synced), { unacknowledgedSince: 9_701 }],
    ['saving', after(synced), { unacknowledgedSince: 9_700 }],
    ['saving', after(synced), { unacknowledgedSince: 5_001 }],
    ['unsaved', after(synced), { unacknowledgedSince: 5_000 }],
    ['saving', after(synced), { quietSince: 9_701 }],
    ['saved', after(synced), { quietSince: 9_700 }],
    ['saved', after(synced), { askingSince: 9_701 }],
    ['saving', after(synced), { askingSince: 9_700 }],
    ['unsaved', after(synced), { askingSince: 5_000 }],
    ['saving', after(synced), { unacknowledgedSince: 9_900, askingSince: 9_000 }],
    ['not-saved', after(synced), { saved: false }],
    ['not-saved', after(synced), { saved: false, unacknowledgedSince: 1_000 }],
    ['reconnecting', after(synced, lost()), {}],
    ['reconnecting', after(synced, lost(), { type: 'retrying', at: 12_000 }), {}],
    ['reconnecting', after(synced, lost()), { unacknowledgedSince: 9_900 }],
    ['restarting', after(synced, lost(9_000, true)), {}],
    ['offline', after(synced, lost()), { browserOnline: false }],
    ['offline', after(synced, lost()), { now: 39_000 }],
    ['ended', after(synced, { type: 'ended', reason: 'removed' }), {}],
  ])('says %s (%j, %j)', (expected, link, some) => {
    expect(indicatorOf(link, facts(some))).toBe(expected)
  })

  test.each<[string, Link, Partial<LinkFacts>]>([
    // Since it is back the server has had three seconds: what waits longer is not its fault.
    ['saving', back, { unacknowledgedSince: 1 }],
    ['unsaved', back, { unacknowledgedSince: 1, now: 12_000 }],
    ['back', reduceLink(back, settled(8_000)), {}],
    ['saving', reduceLink(back, settled(8_000)), { unacknowledgedSince: 9_900 }],
    ['saved', reduceLink(back, settled(7_000)), {}],
    ['back', after(synced, lost(), { type: 'synced', at: 9_000 }, settled(9_000)), {}],
    ['saved', after(synced, settled(9_000)), {}],
    // Back, but what was written meanwhile was not taken.
    ['saved', reduceLink(reduceLink(back, { type: 'refused' }), settled(8_000)), {}],
  ])('after a loss it says %s (%j, %j)', (expected, link, some) => {
    expect(indicatorOf(link, facts(some))).toBe(expected)
  })

  test('is never Saved, nor Back, over what is not acknowledged', () => {
    const links = [after(synced), back, reduceLink(back, settled(9_999))]
    for (const link of links)
      for (const since of [1, 5_000, 9_000, 9_800, 10_000])
        for (const quietSince of [undefined, 1, 9_999]) {
          const shown = indicatorOf(link, facts({ unacknowledgedSince: since, quietSince }))
          expect(['saving', 'unsaved']).toContain(shown)
        }
  })

  test('an ended room stays ended', () => {
    const ended = after(synced, { type: 'ended', reason: 'deleted' })
    expect(reduceLink(ended, lost())).toBe(ended)
    expect(reduceLink(ended, { type: 'retrying', at: 1 })).toBe(ended)
  })

  test('knows when it will change by itself', () => {
    expect(nextIndicatorChange(after(synced), facts())).toBeUndefined()
    expect(nextIndicatorChange(after(synced), facts({ unacknowledgedSince: 9_900 }))).toBe(10_200)
    expect(nextIndicatorChange(after(synced), facts({ unacknowledgedSince: 9_000 }))).toBe(14_000)
    expect(nextIndicatorChange(after(synced), facts({ quietSince: 9_900 }))).toBe(10_200)
    expect(nextIndicatorChange(reduceLink(back, settled(9_000)), facts())).toBe(12_000)
    expect(nextIndicatorChange(after(synced, lost()), facts())).toBe(39_000)
  })
})

test('retries come after half a second, doubling to ten, 30 % about that', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => retryDelay(attempt, 0.5))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
  ])
  expect([retryDelay(0, 0), retryDelay(9, 1)]).toEqual([350, 13_000])
})
