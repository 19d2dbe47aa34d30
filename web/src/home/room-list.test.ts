import { beforeEach, describe, expect, it, vi } from 'vitest'
import { connectApi } from '../api/http'
import { matchingRooms, RoomListStore } from './room-list'
import { roomTitle } from './room-title'

const fetched = vi.fn<typeof fetch>()

beforeEach(() => {
  fetched.mockReset()
  vi.stubGlobal('fetch', fetched)
  connectApi({ base: '', token: () => Promise.resolve('token') })
})

function room(n: number, title = `Room ${n}`) {
  const at = new Date(Date.UTC(2026, 10, 24, 12, 60 - n)).toISOString()
  return { room_id: `r${n}`, title, language: 'python', created_at: at, updated_at: at }
}

function answers(status: number, body: unknown): void {
  const written = status === 204 ? null : JSON.stringify(body)
  fetched.mockResolvedValueOnce(new Response(written, { status }))
}

const page1 = { rooms: [room(1), room(2)], next: 'after-2' }
const page2 = { rooms: [room(3), room(4)], next: null }

function ids(list: RoomListStore): string[] {
  return list.get().rooms.map(({ room_id }) => room_id)
}

describe('RoomListStore', () => {
  it('loads the first page, then the next where it ended', async () => {
    const list = new RoomListStore()
    answers(200, page1)
    await list.load()
    expect(ids(list)).toEqual(['r1', 'r2'])
    answers(200, page2)
    await list.more()
    expect(ids(list)).toEqual(['r1', 'r2', 'r3', 'r4'])
    expect(fetched.mock.lastCall?.[0]).toBe('/rooms?limit=20&before=after-2')
    await list.more()
    expect(fetched).toHaveBeenCalledTimes(2)
  })

  it('keeps the list that was there when a request fails, and tries again', async () => {
    const list = new RoomListStore()
    answers(200, page1)
    await list.load()
    fetched.mockRejectedValueOnce(new TypeError('Failed to fetch'))
    await list.load()
    expect(list.get()).toMatchObject({ loading: null, error: { code: 'network' } })
    expect(ids(list)).toEqual(['r1', 'r2'])
    answers(200, page1)
    await list.retry()
    expect(list.get().error).toBeNull()
  })

  it('tries the page again that failed', async () => {
    const list = new RoomListStore()
    answers(200, page1)
    await list.load()
    fetched.mockRejectedValueOnce(new TypeError('Failed to fetch'))
    await list.more()
    answers(200, page2)
    await list.retry()
    expect(ids(list)).toEqual(['r1', 'r2', 'r3', 'r4'])
  })

  it('asks for a page once, however often it is wanted', async () => {
    const list = new RoomListStore()
    answers(200, page1)
    await list.load()
    answers(200, page2)
    await Promise.all([list.more(), list.more()])
    expect(ids(list)).toEqual(['r1', 'r2', 'r3', 'r4'])
  })

  it('loads the missing pages for a search', async () => {
    const list = new RoomListStore()
    answers(200, page1)
    await list.load()
    answers(200, page2)
    await list.search('Room 4')
    expect(ids(list)).toContain('r4')
  })

  it('stops a search at a page that fails', async () => {
    const list = new RoomListStore()
    answers(200, page1)
    await list.load()
    answers(503, { error: { code: 'unavailable', message: '' } })
    await list.search('Room 4')
    expect(list.get().error?.code).toBe('unavailable')
  })

  it('keeps further pages below a renewed first one', async () => {
    const list = new RoomListStore()
    answers(200, page1)
    await list.load()
    answers(200, page2)
    await list.more()
    answers(200, { rooms: [room(0), room(1)], next: 'after-1' })
    await list.load()
    expect(ids(list)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4'])
    expect(list.get().next).toBeNull()
  })

  it('takes the newer of two answers that cross', async () => {
    const list = new RoomListStore()
    let late: (response: Response) => void = () => undefined
    fetched.mockImplementationOnce(() => new Promise((resolve) => (late = resolve)))
    const first = list.load()
    answers(200, page2)
    await list.load()
    late(new Response(JSON.stringify(page1)))
    await first
    expect(ids(list)).toEqual(['r3', 'r4'])
  })

  it('renames and removes in place', async () => {
    const list = new RoomListStore()
    answers(200, page1)
    await list.load()
    answers(200, room(2, 'Better'))
    expect(await list.rename('r2', 'Better')).toBeNull()
    expect(list.get().rooms[1]?.title).toBe('Better')
    answers(204, null)
    expect(await list.remove('r1')).toBeNull()
    expect(ids(list)).toEqual(['r2'])
  })

  it('counts a room that is gone already as removed, and keeps one it may not remove', async () => {
    const list = new RoomListStore()
    answers(200, page1)
    await list.load()
    answers(404, { error: { code: 'room_not_found', message: '' } })
    expect(await list.remove('r1')).toBeNull()
    answers(403, { error: { code: 'forbidden', message: 'No.' } })
    expect(await list.remove('r2')).toMatchObject({ code: 'forbidden' })
    expect(ids(list)).toEqual(['r2'])
  })
})

describe('matchingRooms', () => {
  const now = new Date(2026, 10, 24, 15)
  it('looks at what is shown, without regard to case', async () => {
    const list = new RoomListStore()
    answers(200, { rooms: [room(1, 'Rate Limiter'), room(2, '')], next: null })
    await list.load()
    const found = (query: string) =>
      matchingRooms(list.get().rooms, query, (one) => roomTitle(one, now)).map((one) => one.room_id)
    expect(found('limit')).toEqual(['r1'])
    expect(found('untitled')).toEqual(['r2'])
    expect(found('  ')).toEqual(['r1', 'r2'])
  })
})
