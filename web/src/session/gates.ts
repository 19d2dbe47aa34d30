import type { SessionState } from './session'

/** What stands at /sign-in and /sign-up. */
export type EntryGate = 'wait' | 'form' | 'through'

/**
 * Whoever has an account goes through at once, unless they came to change accounts. Guests may
 * always sign in or sign up.
 */
export function entryGate(session: SessionState, switching: boolean): EntryGate {
  switch (session.phase) {
    case 'loading':
      return 'wait'
    case 'signed_out':
      return 'form'
    case 'signed_in':
      return session.user.isGuest || switching ? 'form' : 'through'
  }
}

/** What stands at /r/:id. */
export type RoomGate = 'not-found' | 'wait' | 'name' | 'room' | 'session-over'

/** `wasInside`: this page has shown the room before, so what is in it must stay. */
export function roomGate(
  roomId: string | null,
  session: SessionState,
  wasInside: boolean,
): RoomGate {
  if (roomId === null) return 'not-found'
  switch (session.phase) {
    case 'loading':
      return 'wait'
    case 'signed_in':
      return 'room'
    case 'signed_out':
      return session.reason === 'ended' && wasInside ? 'session-over' : 'name'
  }
}

/** Where to go after signing in: a path of this site, nothing else. */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith('/')) return '/'
  // "//host" and "/\host" lead elsewhere in browsers.
  return /^\/[/\\]/.test(next) ? '/' : next
}
