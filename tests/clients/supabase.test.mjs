// supabase-js, unmodified, against the embedded identity.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { http, person, supabase } from '../support/people.mjs'

const base = process.env.BASE_URL
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())

test('an account signs up, out and in again', async () => {
  const ada = await person(base, 'Ada')
  assert.equal((await ada.auth.signOut()).error, null)
  assert.notEqual((await supabase(base).auth.getUser(ada.token)).error, null)
  const { data, error } = await supabase(base).auth.signInWithPassword({ email: ada.email, password: 'correct horse' })
  assert.equal(error, null)
  assert.equal(data.user.id, ada.id)
  assert.equal(data.user.user_metadata.name, 'Ada')
})

test('a guest becomes an account and keeps the id', async () => {
  const guest = await person(base, 'Gus', { guest: true })
  const email = `upgraded-${process.pid}@example.com`
  const { data, error } = await guest.auth.updateUser({ email, password: 'correct horse' })
  assert.equal(error, null)
  assert.deepEqual([data.user.id, data.user.is_anonymous], [guest.id, false])
  const refreshed = await guest.auth.refreshSession()
  assert.equal(claimsOf(refreshed.data.session.access_token).is_anonymous, false)
})

test('a refresh token rotates, its parent still works, and all of ten at once agree', async () => {
  const { auth } = await person(base, 'Ada')
  const first = (await auth.getSession()).data.session.refresh_token
  const second = (await auth.refreshSession()).data.session.refresh_token
  assert.notEqual(second, first)
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => supabase(base).auth.refreshSession({ refresh_token: first })),
  )
  for (const { data, error } of answers) {
    assert.equal(error, null)
    assert.equal(data.session.refresh_token, second)
  }
})

test('wrong password, unknown address, weak password and taken address have Supabase’s codes', async () => {
  const ada = await person(base, 'Ada')
  const { auth } = supabase(base)
  const wrong = await auth.signInWithPassword({ email: ada.email, password: 'wrong horse' })
  const unknown = await auth.signInWithPassword({ email: 'nobody@example.com', password: 'wrong horse' })
  assert.deepEqual([wrong.error.code, wrong.error.message], [unknown.error.code, unknown.error.message])
  assert.equal(wrong.error.code, 'invalid_credentials')
  const weak = await auth.signUp({ email: 'weak@example.com', password: 'abc' })
  assert.equal(weak.error.name, 'AuthWeakPasswordError')
  const taken = await auth.signUp({ email: ada.email.toUpperCase(), password: 'correct horse' })
  assert.equal(taken.error.code, 'user_already_exists')
})

test('the access token has Supabase’s claims and the JWKS shows no secret', async () => {
  const { id, token } = await person(base, 'Ada')
  const claims = claimsOf(token)
  assert.deepEqual([claims.sub, claims.aud, claims.role], [id, 'authenticated', 'authenticated'])
  assert.match(claims.iss, /\/auth\/v1$/)
  const { json } = await http(base, 'GET', '/auth/v1/.well-known/jwks.json')
  assert.equal(json.keys[0].kid, JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid)
  assert.equal('d' in json.keys[0], false)
})

test('preflight and answers carry what a browser on another host needs', async () => {
  const origin = process.env.FRONTEND_ORIGIN
  const preflight = await http(base, 'OPTIONS', '/auth/v1/token?grant_type=password', {
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'apikey,authorization,content-type,x-client-info,x-supabase-api-version',
    },
  })
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin)
  for (const name of ['apikey', 'authorization', 'content-type', 'x-client-info', 'x-supabase-api-version']) {
    assert.ok(preflight.headers.get('access-control-allow-headers').toLowerCase().includes(name), name)
  }
  const foreign = await http(base, 'OPTIONS', '/rooms', {
    headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
  })
  assert.equal(foreign.headers.get('access-control-allow-origin'), null)
})
