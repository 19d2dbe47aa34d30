import { GoTrueClient } from '@supabase/auth-js'
import type { AuthError, Session, User } from '@supabase/auth-js'
import { readRetryAfter } from '../api/http'
import { attempt, flag, lenient, object } from '../contract/decode'
import { readAuthError } from './auth-problem'
import type { AuthFailure, AuthResult } from './auth-problem'

export type SessionUser = { id: string; name: string; email: string; isGuest: boolean }

/** Why nobody is signed in: nobody ever was, the person left, or the server ended it. */
export type SignedOutReason = 'never' | 'left' | 'ended'

export type SessionState =
  | { phase: 'loading' }
  | { phase: 'signed_out'; reason: SignedOutReason }
  | { phase: 'signed_in'; user: SessionUser }

export const sessionStorageKey = 'codencollab-auth'
export const nameLengthMax = 40

/** What this server lets people do at its door. */
export type AuthSettings = { guests: boolean; signUps: boolean }

export type SessionOptions = {
  /** Ends in /auth/v1. */
  url: string
  anonKey: string
  fetch?: typeof fetch
}

/** A name as the interface draws it: one line, nothing that turns the text's direction around. */
export function cleanName(name: string): string {
  const line = name
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim()
  return Array.from(line).slice(0, nameLengthMax).join('').trim()
}

function readAuthSettings(answer: unknown): AuthSettings {
  const shape = object({
    external: lenient(object({ anonymous_users: lenient(flag, true) }), { anonymous_users: true }),
    disable_signup: lenient(flag, false),
  })
  const read = attempt(shape, answer)
  if (!read.ok) return { guests: true, signUps: true }
  return { guests: read.value.external.anonymous_users, signUps: !read.value.disable_signup }
}

const done: AuthResult = { ok: true, value: undefined }

function readUser(user: User): SessionUser {
  const given: unknown = user.user_metadata['name']
  const email = user.email ?? ''
  const name = cleanName(typeof given === 'string' ? given : '')
  return {
    id: user.id,
    name: name || email.split('@')[0] || 'Guest',
    email,
    isGuest: user.is_anonymous === true,
  }
}

/**
 * Who is signed in. Wraps Supabase's auth client, which keeps the session in this browser and
 * refreshes it; the embedded server speaks the same language. Plain TypeScript; one for the page.
 * Nothing here throws or rejects: what goes wrong is in the results.
 */
export class SessionStore {
  #state: SessionState = { phase: 'loading' }
  #client: GoTrueClient
  #listeners = new Set<() => void>()
  #refreshListeners = new Set<(token: string) => void>()
  #leaving = false
  #retryAfter: number | undefined
  #stop: () => void
  #settings: Promise<AuthSettings> | undefined
  readonly #fetchSettings: () => Promise<AuthSettings>

  constructor({ url, anonKey, fetch: send = (...args) => fetch(...args) }: SessionOptions) {
    this.#fetchSettings = async () => {
      const answer = await send(`${url}/settings`, { headers: { apikey: anonKey } })
      return readAuthSettings(await answer.json())
    }
    this.#client = new GoTrueClient({
      url,
      headers: { apikey: anonKey, Authorization: `Bearer ${anonKey}` },
      storageKey: sessionStorageKey,
      // Signing in by mail link or provider comes later; nothing reads tokens from the URL.
      detectSessionInUrl: false,
      autoRefreshToken: true,
      persistSession: true,
      fetch: async (...args) => {
        const response = await send(...args)
        this.#retryAfter = readRetryAfter(response.headers.get('Retry-After'), Date.now())
        return response
      },
    })
    const { data } = this.#client.onAuthStateChange((event, session) => {
      this.#follow(session)
      if (event === 'TOKEN_REFRESHED' && session) {
        for (const listener of [...this.#refreshListeners]) listener(session.access_token)
      }
    })
    this.#stop = () => data.subscription.unsubscribe()
  }

  /** Ends what listens and ticks in the background. May be called twice. */
  dispose(): void {
    this.#stop()
    void this.#client.dispose()
    this.#listeners.clear()
    this.#refreshListeners.clear()
  }

  readonly getState = (): SessionState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A connected socket sends each new token, so that it stays connected. */
  onTokenRefreshed(listener: (token: string) => void): () => void {
    this.#refreshListeners.add(listener)
    return () => this.#refreshListeners.delete(listener)
  }

  /** A token that is still good, renewed when near its end; null when there is none to be had. */
  readonly accessToken = async (): Promise<string | null> => {
    const { data } = await this.#client.getSession()
    return data.session?.access_token ?? null
  }

  /** Asked once. A server that does not say counts as open: it refuses by itself what it must. */
  authSettings(): Promise<AuthSettings> {
    this.#settings ??= this.#fetchSettings().catch(() => {
      this.#settings = undefined
      return { guests: true, signUps: true }
    })
    return this.#settings
  }

  async signIn(email: string, password: string): Promise<AuthResult> {
    const { error } = await this.#client.signInWithPassword({ email: email.trim(), password })
    return error ? this.#failed(error) : done
  }

  /**
   * A new account; a guest keeps their id, and with it their rooms. `confirm` when the project
   * wants the address confirmed by mail first: then nobody is signed in yet.
   */
  async signUp(
    name: string,
    email: string,
    password: string,
  ): Promise<AuthResult<'signed_in' | 'confirm'>> {
    const given = { email: email.trim(), password }
    const data = { name: cleanName(name) }
    if (this.#state.phase === 'signed_in' && this.#state.user.isGuest) {
      const { error } = await this.#client.updateUser({ ...given, data })
      if (error) return this.#failed(error)
      // The token still says "guest" until it is a new one.
      await this.#client.refreshSession()
      return { ok: true, value: 'signed_in' }
    }
    const { data: answer, error } = await this.#client.signUp({ ...given, options: { data } })
    if (error) return this.#failed(error)
    return { ok: true, value: answer.session ? 'signed_in' : 'confirm' }
  }

  async signInAsGuest(name: string): Promise<AuthResult> {
    const { error } = await this.#client.signInAnonymously({
      options: { data: { name: cleanName(name) } },
    })
    return error ? this.#failed(error) : done
  }

  async rename(name: string): Promise<AuthResult> {
    const { error } = await this.#client.updateUser({ data: { name: cleanName(name) } })
    if (!error) await this.#client.refreshSession()
    return error ? this.#failed(error) : done
  }

  /** Signs out in this browser, also when the server cannot be told. */
  async signOut(): Promise<void> {
    this.#leaving = true
    await this.#client.signOut({ scope: 'local' })
    this.#leaving = false
  }

  #failed(error: AuthError): AuthFailure {
    return { ok: false, problem: readAuthError(error, this.#retryAfter) }
  }

  #follow(session: Session | null): void {
    if (session) {
      this.#set({ phase: 'signed_in', user: readUser(session.user) })
      return
    }
    const before = this.#state
    if (before.phase === 'signed_out') return
    const gone = this.#leaving ? 'left' : 'ended'
    this.#set({ phase: 'signed_out', reason: before.phase === 'signed_in' ? gone : 'never' })
  }

  #set(state: SessionState): void {
    if (sameState(this.#state, state)) return
    this.#state = state
    for (const listener of [...this.#listeners]) listener()
  }
}

// auth-js tells of the same session again on every focus of the tab; nobody needs to draw that.
function sameState(a: SessionState, b: SessionState): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Whether somebody probably is signed in, before the server has said anything. */
export function likelySignedIn(): boolean {
  try {
    return localStorage.getItem(sessionStorageKey) !== null
  } catch {
    return false
  }
}
