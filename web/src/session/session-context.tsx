import { createContext, use, useEffect, useState, useSyncExternalStore } from 'react'
import type { AuthSettings, SessionState, SessionStore } from './session'

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

/** What the door offers. Everything, until the server says otherwise. */
export function useAuthSettings(): AuthSettings {
  const store = use(SessionContext)
  const [settings, setSettings] = useState<AuthSettings>({ guests: true, signUps: true })
  useEffect(() => {
    let listening = true
    void store?.authSettings().then((answer) => {
      if (listening) setSettings(answer)
    })
    return () => {
      listening = false
    }
  }, [store])
  return settings
}
