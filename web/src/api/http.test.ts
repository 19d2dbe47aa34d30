import { beforeEach, describe, expect, it, vi } from 'vitest'
import { object, text } from '../contract/decode'
import { connectApi, readRetryAfter, request } from './http'

const fetched = vi.fn<typeof fetch>()
const answer = object({ room_id: text })

beforeEach(() => {
  fetched.mockReset()
  vi.stubGlobal('fetch', fetched)
  connectApi({ base: '', token: () => Promise.resolve('the-token') })
})

function answers(status: number, body: unknown, headers: Record<string, string> = {}): void {
  const written = typeof body === 'string' ? body : JSON.stringify(body)
  // 204 may have no body at all.
  const response = new Response(status === 204 ? null : written, { status, headers })
  fetched.mockResolvedValue(response)
}

function sent(): { url: string; method: string | undefined; headers: Headers; body: unknown } {
  const [url, init] = fetched.mock.lastCall ?? []
  if (typeof url !== 'string') throw new Error('nothing was requested')
  return { url, method: init?.method, headers: new Headers(init?.headers), body: init?.body }
}

describe('request', () => {
  it('sends token, key and body, and answers what the decoder made of it', async () => {
    answers(201, { room_id: 'r1', more: 1 })
    const result = await request('POST', '/rooms', { body: { a: 1 }, idempotencyKey: 'k', answer })
    expect(result).toEqual({ ok: true, value: { room_id: 'r1' } })
    expect(sent()).toMatchObject({ url: '/rooms', method: 'POST', body: '{"a":1}' })
    expect(sent().headers.get('Authorization')).toBe('Bearer the-token')
    expect(sent().headers.get('Idempotency-Key')).toBe('k')
    expect(sent().headers.get('Content-Type')).toBe('application/json')
  })

  it('goes to the API’s own address, and without a token when nobody is signed in', async () => {
    connectApi({ base: 'https://api.example.org/', token: () => Promise.resolve(null) })
    answers(204, '')
    expect(await request('DELETE', '/rooms/r1')).toEqual({ ok: true, value: undefined })
    expect(sent().url).toBe('https://api.example.org/rooms/r1')
    expect(sent().headers.has('Authorization')).toBe(false)
    expect(sent().headers.has('Content-Type')).toBe(false)
  })

  it('answers the server’s own code, message and when to come back', async () => {
    answers(
      429,
      { error: { code: 'rate_limited', message: 'Too many runs.' } },
      { 'Retry-After': '12' },
    )
    expect(await request('POST', '/rooms/r1/run', { answer })).toEqual({
      ok: false,
      error: { status: 429, code: 'rate_limited', message: 'Too many runs.', retryAfter: 12 },
    })
  })

  it('makes a code of the status when the answer is not ours', async () => {
    answers(502, '<html>Bad gateway</html>')
    const result = await request('GET', '/rooms', { answer })
    expect(result).toMatchObject({ ok: false, error: { status: 502, code: 'http_502' } })
  })

  it('calls an answer it does not understand by that name', async () => {
    answers(200, { room_id: 7 })
    const result = await request('GET', '/rooms/r1', { answer })
    expect(result).toMatchObject({ ok: false, error: { code: 'bad_answer' } })
  })

  it('does not throw when nothing answers', async () => {
    fetched.mockRejectedValue(new TypeError('Failed to fetch'))
    const result = await request('GET', '/rooms', { answer })
    expect(result).toMatchObject({ ok: false, error: { status: 0, code: 'network' } })
  })
})

describe('readRetryAfter', () => {
  const now = Date.parse('2026-11-24T12:00:00Z')
  it.each([
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-3', undefined],
    ['0', 0],
    ['1.2', 2],
    ['Tue, 24 Nov 2026 12:00:30 GMT', 30],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  ])('%s is %s', (header, seconds) => {
    expect(readRetryAfter(header, now)).toBe(seconds)
  })
})
