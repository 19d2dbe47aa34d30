import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Throttle } from './throttle'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('at most one each 100 ms, and the last one always', () => {
  const sent: [number, number][] = []
  const start = Date.now()
  const throttle = new Throttle<number>(100, (value) => sent.push([value, Date.now() - start]))
  for (let value = 0; value < 10; value++) {
    throttle.push(value)
    vi.advanceTimersByTime(30)
  }
  vi.advanceTimersByTime(1_000)
  expect(sent).toEqual([
    [0, 0],
    [3, 100],
    [6, 200],
    [9, 300],
  ])
})

test('nothing comes after dispose', () => {
  const send = vi.fn()
  const throttle = new Throttle<number>(100, send)
  throttle.push(1)
  throttle.push(2)
  throttle.dispose()
  vi.advanceTimersByTime(1_000)
  expect(send).toHaveBeenCalledTimes(1)
})
