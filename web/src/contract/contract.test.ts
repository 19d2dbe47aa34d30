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

/** What only clients that sync by Monaco's changes say and hear; this one syncs by Yjs. */
const ofDeltaClients = ['initial-code', 'code-update', 'code_change', 'cursor']
const ours = samples.filter(([, { event }]) => !ofDeltaClients.includes(event) && event !== 'yjs')

describe('the samples of the contract', () => {
  test.each(ours)('%s decodes to exactly what it says', (_, { event, direction, payload }) => {
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
    // A binary payload has no sample in JSON; the engine's vectors hold such messages.
    const spoken = (events: object) => Object.keys(events).filter((event) => event !== 'yjs')
    for (const event of spoken(serverEvents)) expect(seen).toContain(`server ${event}`)
    for (const event of spoken(clientEvents)) expect(seen).toContain(`client ${event}`)
    expect(seen).toContain('server ack')
  })

  test('the answer to a join is a room state', () => {
    const sample = samples.find(([name]) => name === 'ack-join.json')
    expect(attempt(ackJoin, sample?.[1].payload).ok).toBe(true)
  })
})

describe('what is malformed', () => {
  test.each([
    ['yjs', 'AAAB'],
    ['yjs', null],
    ['user-disconnected', { sid: 7 }],
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

  test('binary data is the same bytes however it comes', () => {
    const buffer = Uint8Array.of(9, 0, 1, 2).buffer
    for (const payload of [buffer, new Uint8Array(buffer), new DataView(buffer)])
      expect(parseServerEvent('yjs', payload)).toEqual({
        ok: true,
        value: Uint8Array.of(9, 0, 1, 2),
      })
    const view = new Uint8Array(buffer, 1, 2)
    expect(parseServerEvent('yjs', view)).toEqual({ ok: true, value: Uint8Array.of(0, 1) })
  })

  test('an answer that cannot be read is an error', () => {
    expect(parseAck(undefined)).toMatchObject({ ok: false, error: { code: 'malformed_answer' } })
    expect(parseAck({ ok: false })).toMatchObject({ ok: false })
  })
})
