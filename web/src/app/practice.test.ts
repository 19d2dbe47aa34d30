import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { connectApi } from '../api/http'
import { AuthServer } from '../session/auth-server'
import { SessionStore } from '../session/session'
import { common } from '../text/common'
import { openPractice } from './practice'

const room = {
  room_id: '3f2c6a1e-8b4d-4c7a-9e51-0d6f2b7a9c30',
  title: common.practiceRoom,
  language: 'python',
  role: 'owner',
  visibility: 'private',
  default_role: 'editor',
  locked: false,
  created_at: '2026-11-24T14:00:00Z',
  updated_at: '2026-11-24T14:00:00Z',
  members: [],
}
let session: SessionStore
let asked: { what: string; body: unknown }[]
let known: boolean

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  localStorage.clear()
  asked = []
  known = true
  session = new SessionStore({
    url: 'http://server.test/auth/v1',
    anonKey: '',
    fetch: new AuthServer().fetch,
  })
  connectApi({ token: session.accessToken })
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    asked.push({ what: `${init.method ?? 'GET'} ${new URL(url, 'http://x').pathname}`, body })
    if (init.method === 'POST') return Promise.resolve(Response.json(room, { status: 201 }))
    return Promise.resolve(known ? Response.json(room) : new Response('{}', { status: 404 }))
  })
})
afterEach(() => {
  session.dispose()
  vi.unstubAllGlobals()
})

it('makes a guest and a private room; twice at once makes one', async () => {
  const [first, second] = await Promise.all([openPractice(session), openPractice(session)])
  expect([first, second]).toEqual([{ roomId: room.room_id }, { roomId: room.room_id }])
  expect(session.getState()).toMatchObject({ phase: 'signed_in', user: { isGuest: true } })
  expect(asked).toEqual([
    { what: 'POST /rooms', body: { title: common.practiceRoom, visibility: 'private' } },
  ])
})

it('opens the same room the next time, and a new one when that is gone', async () => {
  await openPractice(session)
  await openPractice(session)
  known = false
  await openPractice(session)
  expect(asked.map(({ what }) => what)).toEqual([
    'POST /rooms',
    `GET /rooms/${room.room_id}`,
    `GET /rooms/${room.room_id}`,
    'POST /rooms',
  ])
})
