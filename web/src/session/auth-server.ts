/** A small Supabase Auth for unit tests: what the session store needs of its HTTP interface. */
type Account = {
  id: string
  email: string
  password: string
  user_metadata: Record<string, unknown>
  is_anonymous: boolean
}

type Answer = { status: number; body: unknown; headers?: Record<string, string> }

function part(value: unknown): string {
  return btoa(JSON.stringify(value)).replace(/=+$/, '').replace(/\+/g, '-').replace(/\//g, '_')
}

export class AuthServer {
  accounts: Account[] = []
  /** When set, every request gets this instead. */
  refusal: Answer | null = null
  offline = false
  lifetimeSeconds = 3600
  requests: string[] = []
  #tokens = 0

  readonly fetch: typeof fetch = (input, init) => {
    const url = new URL(String(input instanceof Request ? input.url : input))
    const method = init?.method ?? 'GET'
    this.requests.push(`${method} ${url.pathname.replace('/auth/v1', '')}${url.search}`)
    if (this.offline) return Promise.reject(new TypeError('Failed to fetch'))
    const given = typeof init?.body === 'string' ? (JSON.parse(init.body) as never) : {}
    const bearer = new Headers(init?.headers).get('Authorization') ?? ''
    const answer = this.refusal ?? this.#answer(method, url, given, bearer)
    const headers = { 'X-Supabase-Api-Version': '2024-01-01', ...answer.headers }
    const body = answer.status === 204 ? null : JSON.stringify(answer.body)
    return Promise.resolve(new Response(body, { status: answer.status, headers }))
  }

  #answer(
    method: string,
    url: URL,
    given: { email?: string; password?: string; data?: object; refresh_token?: string },
    bearer: string,
  ): Answer {
    const path = url.pathname.replace('/auth/v1', '')
    if (path === '/settings') {
      return { status: 200, body: { external: { anonymous_users: false }, disable_signup: true } }
    }
    if (path === '/signup') return this.#signUp(given)
    if (path === '/logout') return { status: 204, body: null }
    if (path === '/user') {
      const account = this.accounts.find(({ id }) =>
        bearer.includes(part({ sub: id }).slice(0, 20)),
      )
      if (!account) return { status: 403, body: { code: 'bad_jwt', message: 'invalid JWT' } }
      if (method === 'PUT') {
        if (given.email !== undefined) {
          Object.assign(account, { email: given.email, is_anonymous: false })
        }
        Object.assign(account.user_metadata, given.data)
      }
      return { status: 200, body: this.#user(account) }
    }
    const account = this.accounts.find((one) =>
      url.searchParams.get('grant_type') === 'refresh_token'
        ? given.refresh_token?.startsWith(one.id)
        : one.email === given.email && one.password === given.password,
    )
    if (account) return { status: 200, body: this.#session(account) }
    return {
      status: 400,
      body: { code: 'invalid_credentials', message: 'Invalid login credentials' },
    }
  }

  #signUp({ email = '', password = '', data = {} }): Answer {
    if (email !== '' && this.accounts.some((account) => account.email === email)) {
      return { status: 422, body: { code: 'user_already_exists', message: 'taken' } }
    }
    const account = {
      id: `user-${this.accounts.length + 1}`,
      email,
      password,
      user_metadata: { ...data },
      is_anonymous: email === '',
    }
    this.accounts.push(account)
    return { status: 200, body: this.#session(account) }
  }

  #user(account: Account) {
    const { id, email, user_metadata, is_anonymous } = account
    const user = { id, email, user_metadata, is_anonymous }
    return { ...user, aud: 'authenticated', app_metadata: {}, identities: [], created_at: '' }
  }

  #session(account: Account) {
    this.#tokens += 1
    const expires = Math.floor(Date.now() / 1000) + this.lifetimeSeconds
    const claims = { sub: account.id, exp: expires, n: this.#tokens }
    return {
      access_token: `${part({ alg: 'ES256' })}.${part(claims)}.${part('signature')}`,
      refresh_token: `${account.id}-${this.#tokens}`,
      token_type: 'bearer',
      expires_in: this.lifetimeSeconds,
      expires_at: expires,
      user: this.#user(account),
    }
  }
}
