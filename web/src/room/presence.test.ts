import { expect, test } from 'vitest'
import { awayAfterMs, Presence } from './presence'

test('whoever gives no sign for a while is away, and back with the next sign', () => {
  const presence = new Presence()
  presence.keepOnly(['a', 'b'], 0)
  presence.sign('b', 10_000)
  expect(presence.nextChange(10_000)).toBe(awayAfterMs)
  expect(presence.away(awayAfterMs - 1)).toEqual([])
  expect(presence.away(awayAfterMs)).toEqual(['a'])
  expect(presence.nextChange(awayAfterMs)).toBe(10_000 + awayAfterMs)
  presence.sign('a', awayAfterMs + 1)
  expect(presence.away(awayAfterMs + 1)).toEqual([])
})

test('who left is forgotten, and a sign of somebody unknown counts for nothing', () => {
  const presence = new Presence()
  presence.keepOnly(['a'], 0)
  presence.keepOnly(['b'], 1_000)
  presence.sign('a', 2_000)
  expect(presence.away(1_000 + awayAfterMs)).toEqual(['b'])
  presence.keepOnly([], 3_000)
  expect(presence.nextChange(3_000)).toBeUndefined()
})
