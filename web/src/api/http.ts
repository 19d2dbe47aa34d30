import { attempt } from '../contract/decode'
import type { Decoder } from '../contract/decode'
import { apiError } from '../contract/rest'

/**
 * Why a request failed. `code` is the server's own, or one of ours: `network` (no answer came),
 * `bad_answer` (an answer this client does not understand). `retryAfter` is in seconds.
 */
export type ApiError = { status: number; code: string; message: string; retryAfter?: number }
export type ApiResult<T> = { ok: true; value: T } | { ok: false; error: ApiError }

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type RequestOptions<T> = {
  body?: unknown
  /** The same key gives the same result, however often a request is repeated. */
  idempotencyKey?: string
  /** What the answer must look like; without it the answer is not looked at. */
  answer?: Decoder<T>
  signal?: AbortSignal
}

type TokenSource = () => Promise<string | null>

let base = import.meta.env.VITE_API_BASE ?? ''
let token: TokenSource = () => Promise.resolve(null)

/** Where the API is; '' is the origin that delivered this client. Never ends in a slash. */
export function apiBase(): string {
  return base
}

/** Set once at the start: where the API is, and whose requests these are. */
export function connectApi(settings: { base?: string; token?: TokenSource }): void {
  if (settings.base !== undefined) base = settings.base.replace(/\/+$/, '')
  if (settings.token !== undefined) token = settings.token
}

/** One request to the API. Never throws: whatever goes wrong is in the result. */
export async function request<T = undefined>(
  method: Method,
  path: string,
  options: RequestOptions<T> = {},
): Promise<ApiResult<T>> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  const bearer = await token()
  if (bearer !== null) headers['Authorization'] = `Bearer ${bearer}`
  if (options.idempotencyKey !== undefined) headers['Idempotency-Key'] = options.idempotencyKey
  const init: RequestInit = { method, headers, signal: options.signal ?? null }
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    init.body = JSON.stringify(options.body)
  }

  let response: Response
  let text: string
  try {
    response = await fetch(base + path, init)
    text = await response.text()
  } catch (cause) {
    return failure({ status: 0, code: 'network', message: String(cause) })
  }
  if (!response.ok) return failure(readError(response, text))
  if (!options.answer) return { ok: true, value: undefined as T }

  const answer = attempt(options.answer, parseJson(text))
  if (answer.ok) return { ok: true, value: answer.value }
  return failure({ status: response.status, code: 'bad_answer', message: answer.problem })
}

function failure(error: ApiError): { ok: false; error: ApiError } {
  return { ok: false, error }
}

function readError(response: Response, text: string): ApiError {
  const { status } = response
  const body = attempt(apiError, parseJson(text))
  const error: ApiError = body.ok
    ? { status, ...body.value.error }
    : { status, code: `http_${status}`, message: response.statusText }
  const retryAfter = readRetryAfter(response.headers.get('Retry-After'), Date.now())
  return retryAfter === undefined ? error : { ...error, retryAfter }
}

/** Seconds from now. The header holds seconds or a date; anything else counts as absent. */
export function readRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds) : undefined
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
