import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AnnouncementQueue } from './announcer'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('AnnouncementQueue', () => {
  it('says one polite thing after the other', () => {
    const queue = new AnnouncementQueue()
    queue.say('Ada joined')
    queue.say('Ben joined')
    expect(queue.get().polite).toBe('Ada joined')
    vi.advanceTimersByTime(1000)
    expect(queue.get().polite).toBe('Ben joined')
  })

  it('replaces what waits by the newer of its kind', () => {
    const queue = new AnnouncementQueue()
    queue.say('first')
    queue.say('3 rooms found', { kind: 'search' })
    queue.say('1 room found', { kind: 'search' })
    vi.advanceTimersByTime(1000)
    expect(queue.get().polite).toBe('1 room found')
    vi.advanceTimersByTime(5000)
    expect(queue.get().polite).toBe('1 room found')
  })

  it('does not let urgent things wait', () => {
    const queue = new AnnouncementQueue()
    queue.say('Ada joined')
    queue.say('Connection lost', { assertive: true })
    expect(queue.get()).toEqual({ polite: 'Ada joined', assertive: 'Connection lost' })
  })

  it('changes the text when the same is said again, or nobody would hear it', () => {
    const queue = new AnnouncementQueue()
    queue.say('Link copied')
    const once = queue.get().polite
    vi.advanceTimersByTime(1000)
    queue.say('Link copied')
    expect(queue.get().polite).not.toBe(once)
    expect(queue.get().polite.trim()).toBe('Link copied')
  })
})
