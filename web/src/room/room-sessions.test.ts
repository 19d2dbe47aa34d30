import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SharedSessions } from './room-sessions'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a session outlives its user’s remount and ends one second after the last one', () => {
  const made: string[] = []
  const ended: string[] = []
  const sessions = new SharedSessions((id) => {
    made.push(id)
    return { dispose: () => ended.push(id) }
  })
  const first = sessions.acquire('a')
  sessions.release('a')
  vi.advanceTimersByTime(500)
  expect(sessions.acquire('a')).toBe(first)
  vi.advanceTimersByTime(5_000)
  expect(ended).toEqual([])
  sessions.release('a')
  vi.advanceTimersByTime(1_000)
  expect([made, ended]).toEqual([['a'], ['a']])
})
