import { describe, expect, test } from 'vitest'
import { attempt } from './decode'
import { ackJoin, clientEvents, serverEvents } from './events'
import type { ClientEventName, ServerEventName } from './events'
import { parseAck, parseClientEvent, parseServerEvent } from './parse'

interface Sample {
  event: string
  direction: 'client' | 'server'
  payload: Record<string, unknown>
}
const files: Record<string, Sample> = import.meta.glob('../../../tests/contract/*.json', {
  eager: true,
  import: 'default',
})
const samples = Object.entries(files).map(([path, sample]): [name: string, sample: Sample] => [
  path.split('/').at(-1) ?? '',
  sample,
])

describe('the samples of the contract', () => {
  test.each(samples)('%s decodes to exactly what it says', (_, { event, direction, payload }) => {
    if (event === 'ack') {
      expect(parseAck(payload).ok).toBe(payload['ok'])
      return
    }
    const parsed =
      direction === 'server'
        ? parseServerEvent(event as ServerEventName, payload)
        : parseClientEvent(event as ClientEventName, payload)
    expect(parsed.ok).toBe(true)
    if (!parsed.ok) return
    expect(payload).toMatchObject(parsed.value)
    // A client is in one room only and drops the id where it says nothing new.
    const kept = Object.keys(payload).filter((key) => key !== 'room_id')
    expect(Object.keys(parsed.value)).toEqual(expect.arrayContaining(kept))
  })

  test('every event of the contract has a sample', () => {
    const seen = new Set(samples.map(([, { event, direction }]) => `${direction} ${event}`))
    for (const event of Object.keys(serverEvents)) expect(seen).toContain(`server ${event}`)
    for (const event of Object.keys(clientEvents)) expect(seen).toContain(`client ${event}`)
    expect(seen).toContain('server ack')
  })

  test('the answer to a join is a room state', () => {
    const sample = samples.find(([name]) => name === 'ack-join.json')
    expect(attempt(ackJoin, sample?.[1].payload).ok).toBe(true)
  })
})

describe('what is malformed', () => {
  test.each([
    ['initial-code', { code: 7 }],
    ['initial-code', null],
    ['code-update', { changes: {} }],
    ['code-update', { changes: [{ range: {}, rangeOffset: -1, rangeLength: 0, text: '' }] }],
    ['cursor', { sid: 'a', userId: 'b', lineNumber: '1', column: 2 }],
    ['execution-output', { run_id: 'r', seq: 0, stream: 'stdwhat', data: '' }],
    ['role-changed', { role: 'king' }],
    ['new-message', []],
  ] as const)('%s with %j is refused and says where', (event, payload) => {
    const parsed = parseServerEvent(event, payload)
    expect(parsed.ok).toBe(false)
    if (!parsed.ok) expect(parsed.problem).toMatch(/ is not /)
  })

  test('a field that only decorates does not spoil the event', () => {
    const parsed = parseServerEvent('user-joined', {
      sid: 's',
      userId: 'u',
      color: 5,
      role: 'king',
    })
    expect(parsed).toEqual({ ok: true, value: { sid: 's', userId: 'u', name: '', color: '' } })
  })

  test('an answer that cannot be read is an error', () => {
    expect(parseAck(undefined)).toMatchObject({ ok: false, error: { code: 'malformed_answer' } })
    expect(parseAck({ ok: false })).toMatchObject({ ok: false })
  })
})
