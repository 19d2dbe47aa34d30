import { createContext, use, useSyncExternalStore } from 'react'
import type { SessionState, SessionStore } from './session'

const loading: SessionState = { phase: 'loading' }
const listenToNothing = () => () => undefined

/** Null until the server has said where to sign in. */
export const SessionContext = createContext<SessionStore | null>(null)

export function useSessionStore(): SessionStore | null {
  return use(SessionContext)
}

/** Who is signed in, as it is drawn. `loading` until that is known. */
export function useSession(): SessionState {
  const store = use(SessionContext)
  return useSyncExternalStore(
    store?.subscribe ?? listenToNothing,
    store?.getState ?? (() => loading),
  )
}
