import { describe, expect, it } from 'vitest'
import { entryGate, roomGate, safeNext } from './gates'
import type { SessionState } from './session'

const loading: SessionState = { phase: 'loading' }
const never: SessionState = { phase: 'signed_out', reason: 'never' }
const ended: SessionState = { phase: 'signed_out', reason: 'ended' }
const left: SessionState = { phase: 'signed_out', reason: 'left' }
const user = { id: 'u1', name: 'Ada', email: 'ada@example.org', isGuest: false }
const account: SessionState = { phase: 'signed_in', user }
const guest: SessionState = { phase: 'signed_in', user: { ...user, email: '', isGuest: true } }

describe('the sign-in page', () => {
  it.each([
    ['waits until it is known who is there', loading, false, 'wait'],
    ['shows its form to strangers', never, false, 'form'],
    ['lets guests sign in', guest, false, 'form'],
    ['lets whoever has an account through', account, false, 'through'],
    ['lets them change accounts', account, true, 'form'],
  ] as const)('%s', (_, session, switching, gate) => {
    expect(entryGate(session, switching)).toBe(gate)
  })
})

describe('a room’s address', () => {
  it.each([
    ['a malformed id is no room, whoever asks', null, account, false, 'not-found'],
    ['waits until it is known who is there', 'r1', loading, false, 'wait'],
    ['asks strangers for a name', 'r1', never, false, 'name'],
    ['opens for guests', 'r1', guest, false, 'room'],
    ['opens for accounts', 'r1', account, false, 'room'],
    ['keeps the room when the session ended inside', 'r1', ended, true, 'session-over'],
    ['asks for a name when it ended before', 'r1', ended, false, 'name'],
    ['asks for a name after leaving', 'r1', left, true, 'name'],
  ] as const)('%s', (_, roomId, session, wasInside, gate) => {
    expect(roomGate(roomId, session, wasInside)).toBe(gate)
  })
})

describe('safeNext', () => {
  it.each([
    [null, '/'],
    ['/r/1', '/r/1'],
    ['/settings?x=1#y', '/settings?x=1#y'],
    ['https://elsewhere.example', '/'],
    ['//elsewhere.example', '/'],
    ['/\\elsewhere.example', '/'],
    ['javascript:alert(1)', '/'],
    ['', '/'],
  ])('%s leads to %s', (next, path) => {
    expect(safeNext(next)).toBe(path)
  })
})
