import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeSocket } from './fake-socket'
import type { SocketPort } from './socket-port'
import { watchStalls } from './stall-watch'

let fake: FakeSocket
let socket: SocketPort
let lost: number
let isOnline: boolean

beforeEach(() => {
  vi.useFakeTimers()
  lost = 0
  isOnline = true
  socket = watchStalls(
    (handlers) => (fake = new FakeSocket(handlers)),
    {
      connected: () => undefined,
      refused: () => undefined,
      unreachable: () => undefined,
      heard: () => undefined,
      disconnected: () => lost++,
      event: () => undefined,
    },
    () => isOnline,
    () => Date.now(),
  )
  fake.accept()
})
afterEach(() => {
  socket.close()
  vi.useRealTimers()
})

const ask = (text = 'hello') => socket.request('chat_message', { text }, 60_000, () => undefined)

test('a question that stays without any sign from the server ends the connection', () => {
  ask()
  vi.advanceTimersByTime(5_999)
  expect(lost).toBe(0)
  vi.advanceTimersByTime(1)
  expect(lost).toBe(1)
})

test('further questions do not put the end off', () => {
  ask()
  vi.advanceTimersByTime(3_000)
  ask()
  vi.advanceTimersByTime(3_000)
  expect(lost).toBe(1)
})

test('anything that is heard shows that the connection lives', () => {
  ask()
  vi.advanceTimersByTime(5_000)
  fake.receive('user-disconnected', { sid: 'x' })
  vi.advanceTimersByTime(5_000)
  expect(lost).toBe(0)
  vi.advanceTimersByTime(1_000)
  expect(lost).toBe(1)
})

test('silence without a question means nothing', () => {
  ask()
  fake.last('chat_message')?.answer?.({ ok: true })
  vi.advanceTimersByTime(3_600_000)
  expect(lost).toBe(0)
})

test('a long text has the time it needs on a slow line', () => {
  ask('x'.repeat(1_000_000))
  vi.advanceTimersByTime(30_000)
  expect(lost).toBe(0)
  vi.advanceTimersByTime(10_000)
  expect(lost).toBe(1)
})

test('a request that may take as long as it takes is no reason, but what it carries is', () => {
  socket.request('yjs', new Uint8Array(1_000_000), Infinity, () => undefined)
  vi.advanceTimersByTime(3_600_000)
  expect(lost).toBe(0)
  ask()
  vi.advanceTimersByTime(30_000)
  expect(lost).toBe(0)
  vi.advanceTimersByTime(10_000)
  expect(lost).toBe(1)
})

test('without a network it is known sooner', () => {
  isOnline = false
  ask()
  vi.advanceTimersByTime(2_000)
  expect(lost).toBe(1)
})

test('a page that stood still hears first what has arrived meanwhile', () => {
  ask()
  vi.setSystemTime(Date.now() + 60_000)
  vi.advanceTimersByTime(6_000)
  expect(lost).toBe(0)
  fake.last('chat_message')?.answer?.({ ok: true })
  vi.advanceTimersByTime(60_000)
  expect(lost).toBe(0)
})
