import { expect, test } from 'vitest'
import { nearestSlot } from './nearest-slot'

test.each([
  ['#1d4ed8', 1],
  ['#60A5FA', 1],
  ['#b45309', 2],
  ['#4ade80', 3],
  ['#f0f', 4],
  ['#6d28d9', 5],
  ['#2dd4bfff', 6],
  ['red', undefined],
  ['#ff0000', 7],
  ['rgb(255, 0, 0)', 7],
  ['rgba(163, 230, 53, 0.5)', 8],
  ['hsl(0, 73%, 42%)', 7],
  ['hsl(-360deg 73% 42%)', 7],
  ['hsl(215, 93%, 68%)', 1],
])('%s is nearest to slot %s', (colour, slot) => {
  expect(nearestSlot(colour)).toBe(slot)
})

test.each([undefined, null, 7, '', '#12', '#12345', 'url(//evil)', 'rgb(1,2)', '} * { color: red'])(
  '%j is no colour',
  (colour) => {
    expect(nearestSlot(colour)).toBeUndefined()
  },
)
