import { AuthApiError, AuthRetryableFetchError, AuthWeakPasswordError } from '@supabase/auth-js'
import { describe, expect, it } from 'vitest'
import { readAuthError } from './auth-problem'

describe('readAuthError', () => {
  it.each([
    ['invalid_credentials', 400, 'password'],
    ['user_already_exists', 422, 'email'],
    ['email_exists', 422, 'email'],
    ['email_not_confirmed', 400, 'email'],
    ['signup_disabled', 422, null],
    ['anonymous_provider_disabled', 422, null],
    ['user_banned', 400, null],
    ['over_request_rate_limit', 429, null],
    ['something_new', 400, null],
  ])('%s belongs to %s %s', (code, status, field) => {
    const problem = readAuthError(new AuthApiError('as the server says', status, code))
    expect(problem).toMatchObject({ code, field })
    expect(problem.message).not.toBe('')
  })

  it('tells bad addresses from bad passwords, which share a code', () => {
    const read = (message: string) =>
      readAuthError(new AuthApiError(message, 400, 'validation_failed')).field
    expect(read('Unable to validate email address: invalid format')).toBe('email')
    expect(read('Password cannot be longer than 72 characters')).toBe('password')
  })

  it('keeps what the server says about a weak password', () => {
    const error = new AuthWeakPasswordError('Password should be at least 6 characters.', 422, [
      'length',
    ])
    expect(readAuthError(error)).toMatchObject({
      field: 'password',
      message: 'Password should be at least 6 characters.',
    })
  })

  it('calls a server that does not answer by that name', () => {
    expect(readAuthError(new AuthRetryableFetchError('Failed to fetch', 0)).code).toBe('network')
  })
})
