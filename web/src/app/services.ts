import { createContext, use } from 'react'
import { authUrl, loadConfig } from '../api/config'
import type { ClientConfig } from '../api/config'
import { connectApi } from '../api/http'
import type { ApiError } from '../api/http'
import { SessionStore } from '../session/session'

/** What everything in the page works with; made once. */
export type Services = { config: ClientConfig; session: SessionStore }

export type BootState =
  | { phase: 'loading' }
  | { phase: 'ready'; services: Services }
  | { phase: 'failed'; error: ApiError }

/**
 * Asks the server how it is set up, then takes up the session of this browser. Lives outside
 * React, so that a component that mounts twice does not sign in twice.
 */
export class Boot {
  #state: BootState = { phase: 'loading' }
  #listeners = new Set<() => void>()

  readonly get = (): BootState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly start = async (): Promise<void> => {
    this.#set({ phase: 'loading' })
    const config = await loadConfig()
    if (!config.ok) {
      this.#set({ phase: 'failed', error: config.error })
      return
    }
    const session = new SessionStore({
      url: authUrl(config.value),
      anonKey: config.value.supabase_anon_key,
    })
    connectApi({ token: session.accessToken })
    this.#set({ phase: 'ready', services: { config: config.value, session } })
  }

  #set(state: BootState): void {
    this.#state = state
    for (const listener of [...this.#listeners]) listener()
  }
}

export const ServicesContext = createContext<Services | null>(null)

/** Null while the server has not answered yet. */
export function useServices(): Services | null {
  return use(ServicesContext)
}
