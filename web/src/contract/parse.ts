/** Where payloads enter: every event and answer becomes a typed value or a described problem. */
import { attempt } from './decode'
import type { Attempt } from './decode'
import { ackError, ackOk, clientEvents, serverEvents } from './events'
import type {
  ClientEventName,
  ClientPayload,
  Problem,
  ServerEventName,
  ServerPayload,
} from './events'
import type { Decoder } from './decode'

export function parseServerEvent<E extends ServerEventName>(
  event: E,
  payload: unknown,
): Attempt<ServerPayload<E>> {
  return attempt(serverEvents[event] as unknown as Decoder<ServerPayload<E>>, payload)
}

export function parseClientEvent<E extends ClientEventName>(
  event: E,
  payload: unknown,
): Attempt<ClientPayload<E>> {
  return attempt(clientEvents[event] as unknown as Decoder<ClientPayload<E>>, payload)
}

export type Ack = { ok: true } | { ok: false; error: Problem }

const unreadable: Problem = {
  code: 'malformed_answer',
  message: 'The server’s answer made no sense.',
}

/** Never fails: an answer that cannot be read is an error like any other. */
export function parseAck(answer: unknown): Ack {
  const good = attempt(ackOk, answer)
  if (good.ok && good.value.ok) return { ok: true }
  const bad = attempt(ackError, answer)
  return { ok: false, error: bad.ok ? bad.value.error : unreadable }
}
