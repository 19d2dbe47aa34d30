import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AuthServer } from './auth-server'
import { cleanName, likelySignedIn, SessionStore } from './session'
import type { SessionState } from './session'

let server: AuthServer
let stores: SessionStore[]

beforeEach(() => {
  server = new AuthServer()
  stores = []
  // auth-js warns that two clients share one storage; here that is two page loads.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})

afterEach(() => {
  vi.useRealTimers()
  for (const store of stores) store.dispose()
})

function openPage(): SessionStore {
  const store = new SessionStore({
    url: 'http://server.test/auth/v1',
    anonKey: 'embedded',
    fetch: server.fetch,
  })
  stores.push(store)
  return store
}

function settled(store: SessionStore): Promise<SessionState> {
  return vi.waitUntil(() => {
    const state = store.getState()
    return state.phase === 'loading' ? undefined : state
  })
}

describe('a page without a session', () => {
  it('finds out that nobody is signed in', async () => {
    const store = openPage()
    expect(store.getState()).toEqual({ phase: 'loading' })
    expect(await settled(store)).toEqual({ phase: 'signed_out', reason: 'never' })
    expect(await store.accessToken()).toBeNull()
    expect(likelySignedIn()).toBe(false)
  })

  it('lets a guest in under a clean name', async () => {
    const store = openPage()
    await settled(store)
    expect(await store.signInAsGuest('  Ben\u202e\n ')).toEqual({ ok: true, value: undefined })
    expect(store.getState()).toMatchObject({
      phase: 'signed_in',
      user: { name: 'Ben', email: '', isGuest: true },
    })
    expect(await store.accessToken()).not.toBeNull()
    expect(likelySignedIn()).toBe(true)
  })

  it('says at which field a sign-in failed', async () => {
    const store = openPage()
    await settled(store)
    expect(await store.signIn('ada@example.org', 'wrong')).toMatchObject({
      ok: false,
      problem: { code: 'invalid_credentials', field: 'password' },
    })
    expect(store.getState()).toEqual({ phase: 'signed_out', reason: 'never' })
  })

  it('says when the server cannot be reached, and when to come back', async () => {
    const store = openPage()
    await settled(store)
    server.offline = true
    expect(await store.signIn('ada@example.org', 'x')).toMatchObject({
      ok: false,
      problem: { code: 'network', field: null },
    })
    server.offline = false
    server.refusal = {
      status: 429,
      body: { code: 'over_request_rate_limit', message: 'limit' },
      headers: { 'Retry-After': '42' },
    }
    const refused = await store.signIn('ada@example.org', 'x')
    expect(refused.ok ? '' : refused.problem.message).toContain('42')
  })

  it('asks once what the door offers', async () => {
    const store = openPage()
    expect(await store.authSettings()).toEqual({ guests: false, signUps: false })
    await store.authSettings()
    expect(server.requests.filter((request) => request === 'GET /settings')).toHaveLength(1)
  })

  it('takes a server that does not say for an open one', async () => {
    server.offline = true
    expect(await openPage().authSettings()).toEqual({ guests: true, signUps: true })
  })
})

describe('a session', () => {
  it('is there again after a reload', async () => {
    const first = openPage()
    await first.signUp('Ada', 'ada@example.org', 'long enough')
    const again = openPage()
    expect(await settled(again)).toMatchObject({
      phase: 'signed_in',
      user: { name: 'Ada', email: 'ada@example.org', isGuest: false },
    })
  })

  it('tells of a taken address at its field', async () => {
    const store = openPage()
    await store.signUp('Ada', 'ada@example.org', 'long enough')
    await store.signOut()
    expect(await store.signUp('Eve', 'ada@example.org', 'long enough')).toMatchObject({
      ok: false,
      problem: { field: 'email' },
    })
  })

  it('makes an account of a guest, who keeps the id', async () => {
    const store = openPage()
    await store.signInAsGuest('Ben')
    const guest = store.getState()
    expect(await store.signUp('Benjamin', 'ben@example.org', 'long enough')).toEqual({
      ok: true,
      value: 'signed_in',
    })
    expect(store.getState()).toMatchObject({
      phase: 'signed_in',
      user: {
        id: guest.phase === 'signed_in' ? guest.user.id : '',
        name: 'Benjamin',
        isGuest: false,
      },
    })
  })

  it('gives a fresh token when the old one is near its end, and tells of it', async () => {
    const store = openPage()
    server.lifetimeSeconds = 60
    await store.signInAsGuest('Ben')
    server.lifetimeSeconds = 3600
    const told: string[] = []
    const stop = store.onTokenRefreshed((token) => told.push(token))
    const fresh = await store.accessToken()
    await vi.waitUntil(() => told.length > 0)
    expect(told).toEqual([fresh])
    stop()
  })

  it('ends when the server refuses to renew it', async () => {
    const store = openPage()
    await store.signInAsGuest('Ben')
    server.accounts = []
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3600_000 })
    expect(await store.accessToken()).toBeNull()
    expect(store.getState()).toEqual({ phase: 'signed_out', reason: 'ended' })
  })

  it('outlives a server that is starting anew', async () => {
    const store = openPage()
    server.lifetimeSeconds = 60
    await store.signInAsGuest('Ben')
    server.refusal = { status: 503, body: { code: 'unavailable', message: 'starting' } }
    vi.useFakeTimers()
    const token = store.accessToken()
    // auth-js tries again within 30 s.
    await vi.advanceTimersByTimeAsync(40_000)
    expect(await token).not.toBeNull()
    expect(store.getState().phase).toBe('signed_in')
  })

  it('goes when the person leaves, also without a server', async () => {
    const store = openPage()
    await store.signInAsGuest('Ben')
    server.offline = true
    await store.signOut()
    expect(store.getState()).toEqual({ phase: 'signed_out', reason: 'left' })
    expect(likelySignedIn()).toBe(false)
  })

  it('tells its listeners of changes only', async () => {
    const store = openPage()
    await settled(store)
    const listener = vi.fn()
    const stop = store.subscribe(listener)
    await store.signInAsGuest('Ben')
    expect(listener).toHaveBeenCalledTimes(1)
    await store.accessToken()
    expect(listener).toHaveBeenCalledTimes(1)
    stop()
    await store.signOut()
    expect(listener).toHaveBeenCalledTimes(1)
  })
})

describe('cleanName', () => {
  it.each([
    ['  Ada   Novak ', 'Ada Novak'],
    ['A\u0000d\u202ea\u2066', 'Ada'],
    ['👩‍💻 Ada', '👩‍💻 Ada'],
    ['   ', ''],
  ])('%j becomes %j', (given, cleaned) => {
    expect(cleanName(given)).toBe(cleaned)
  })

  it('cuts after forty characters, never through one', () => {
    expect(cleanName('😀'.repeat(50))).toBe('😀'.repeat(40))
  })
})
