import { clientConfig } from '../contract/rest'
import type { ClientConfig } from '../contract/rest'
import { apiBase, connectApi, request } from './http'
import type { ApiResult } from './http'

export type { ClientConfig }

/**
 * What the server says about itself. A static host may deliver a config.json of its own that
 * names the API's address, so the client need not be built for it.
 */
export async function loadConfig(): Promise<ApiResult<ClientConfig>> {
  const result = await request('GET', '/config.json', { answer: clientConfig })
  if (result.ok && result.value.api_base !== '') connectApi({ base: result.value.api_base })
  return result
}

/** Where sign-in happens: the project's address, or the API itself (embedded identity). */
export function authUrl(config: ClientConfig): string {
  const base = config.supabase_url || apiBase() || window.location.origin
  return `${base.replace(/\/+$/, '')}/auth/v1`
}
