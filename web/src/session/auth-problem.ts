import { isAuthWeakPasswordError } from '@supabase/auth-js'
import type { AuthError } from '@supabase/auth-js'
import { authText } from '../text/auth'

export type AuthField = 'email' | 'password' | 'name'

/** Why a sign-in failed, in words for a person, and at which field they belong. */
export type AuthProblem = { code: string; field: AuthField | null; message: string }

export type AuthFailure = { ok: false; problem: AuthProblem }
export type AuthResult<T = undefined> = { ok: true; value: T } | AuthFailure

/** Pure. `retryAfter` is in seconds, from the answer's header, where it had one. */
export function readAuthError(error: AuthError, retryAfter?: number): AuthProblem {
  const code = error.code ?? (error.status === 429 ? 'over_request_rate_limit' : 'unknown')
  const at = (field: AuthField | null, message: string): AuthProblem => ({ code, field, message })
  if (error.name === 'AuthRetryableFetchError') {
    return { code: 'network', field: null, message: authText.unreachable }
  }
  if (isAuthWeakPasswordError(error)) return at('password', authText.weakPassword(error.message))
  switch (code) {
    case 'invalid_credentials':
      return at('password', authText.noMatch)
    case 'user_already_exists':
    case 'email_exists':
      return at('email', authText.emailTaken)
    case 'email_not_confirmed':
      return at('email', authText.emailNotConfirmed)
    case 'email_address_invalid':
      return at('email', authText.emailInvalid)
    case 'validation_failed':
      return /password/i.test(error.message)
        ? at('password', error.message)
        : at('email', authText.emailInvalid)
    case 'same_password':
      return at('password', error.message)
    case 'signup_disabled':
    case 'email_provider_disabled':
      return at(null, authText.signUpOff)
    case 'anonymous_provider_disabled':
      return at(null, authText.guestsOff)
    case 'user_banned':
      return at(null, authText.banned)
    case 'over_request_rate_limit':
    case 'over_email_send_rate_limit':
      return at(null, authText.tooMany(retryAfter))
    default:
      return at(null, authText.failed)
  }
}
