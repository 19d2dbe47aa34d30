/**
 * The Socket.IO events of the public contract that this client speaks, as decoders; the types are
 * what they decode to. It syncs by Yjs: text and carets are in the messages of `yjs`, see
 * `room/document/messages`.
 */
import type { Socket } from 'socket.io-client'
import {
  bytes,
  count,
  flag,
  hint,
  lenient,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  text,
} from './decode'
import type { Decoded } from './decode'

const role = oneOf('owner', 'editor', 'viewer')
export type Role = Decoded<typeof role>
export const visibility = oneOf('link', 'private')
export type Visibility = Decoded<typeof visibility>
export const newcomerRole = oneOf('editor', 'viewer')
export type NewcomerRole = Decoded<typeof newcomerRole>
export { role }

const participant = object({
  sid: text,
  userId: text,
  name: lenient(text, ''),
  color: lenient(text, ''),
  color_slot: hint(number),
  role: hint(role),
})
export type Participant = Decoded<typeof participant>

const outputStream = oneOf('stdout', 'stderr', 'compile', 'stdin')
const failure = oneOf(
  'compile_error',
  'runtime_error',
  'timeout',
  'out_of_memory',
  'output_limit',
  'killed',
  'sandbox_unavailable',
  'unsupported_language',
  'internal',
)
export type Failure = Decoded<typeof failure>

const executionStarted = object({
  run_id: text,
  userId: text,
  name: lenient(text, ''),
  language: text,
  version: lenient(text, ''),
  started_at: hint(text),
})
export type ExecutionStarted = Decoded<typeof executionStarted>

const executionQueued = object({ run_id: text, position: count })
export type ExecutionQueued = Decoded<typeof executionQueued>

const executionOutput = object({
  run_id: text,
  seq: count,
  stream: outputStream,
  data: text,
  userId: optional(text),
  name: optional(text),
})
export type ExecutionOutput = Decoded<typeof executionOutput>

export const executionResult = object({
  run_id: text,
  output: lenient(text, ''),
  stdout: lenient(text, ''),
  stderr: lenient(text, ''),
  compile_output: lenient(text, ''),
  exit_code: nullable(number),
  signal: nullable(text),
  failure: nullable(failure),
  message: nullable(text),
  truncated: lenient(flag, false),
  wall_time_ms: lenient(nullable(number), null),
  cpu_time_ms: lenient(nullable(number), null),
  memory_bytes: lenient(nullable(number), null),
})
export type ExecutionResult = Decoded<typeof executionResult>

const roomRun = object({
  run_id: text,
  userId: text,
  name: lenient(text, ''),
  language: text,
  version: lenient(text, ''),
  started_at: hint(text),
  state: oneOf('queued', 'running', 'finished'),
  position: optional(count),
  output: lenient(list(executionOutput), []),
  result: optional(executionResult),
})
export type RoomRun = Decoded<typeof roomRun>

const roomLimits = object({
  run_wall_ms: optional(count),
  /** Of runs whose input stays open; the other one holds for runs without. */
  run_interactive_wall_ms: optional(count),
  run_cpu_ms: optional(count),
  run_memory_bytes: optional(count),
  run_output_bytes: optional(count),
  document_units: optional(count),
  chat_units: optional(count),
})
export type RoomLimits = Decoded<typeof roomLimits>

const roomStateFields = {
  room_id: text,
  role,
  language: text,
  you: participant,
  users: list(participant),
  run: hint(roomRun),
  server_time: hint(text),
  limits: lenient(roomLimits, {}),
  saved: lenient(flag, true),
}
const chatMessage = object({
  id: text,
  text,
  sender: lenient(text, ''),
  userId: text,
  at: text,
})
export type ChatMessage = Decoded<typeof chatMessage>

const problem = object({ code: text, message: lenient(text, '') })
export type Problem = Decoded<typeof problem>

/** Server to client: the decoder of each event's payload. */
export const serverEvents = {
  'room-state': object(roomStateFields),
  /** One message of y-websocket. */
  yjs: bytes,
  'user-joined': participant,
  'user-disconnected': object({ sid: text, userId: lenient(text, '') }),
  'new-message': chatMessage,
  'chat-history': object({ messages: list(chatMessage) }),
  'language-update': object({ language: text }),
  'execution-started': executionStarted,
  'execution-queued': executionQueued,
  'execution-output': executionOutput,
  'execution-result': executionResult,
  'room-updated': object({
    title: optional(text),
    visibility: optional(visibility),
    default_role: optional(newcomerRole),
    locked: optional(flag),
    saved: optional(flag),
    since: hint(text),
  }),
  'role-changed': object({ role, userId: optional(text), by: hint(text) }),
  'room-closed': object({ room_id: optional(text), reason: hint(text) }),
  'error-message': problem,
  'join-error': object({ code: hint(text), message: lenient(text, '') }),
}
export type ServerEventName = keyof typeof serverEvents
export type ServerPayload<E extends ServerEventName> = Decoded<(typeof serverEvents)[E]>
export type RoomState = ServerPayload<'room-state'>

/** Client to server: the decoder of each event's payload, as the server reads it. */
export const clientEvents = {
  join: object({ room_id: text, sync: optional(oneOf('delta', 'yjs')) }),
  leave: object({}),
  yjs: bytes,
  chat_message: object({ text }),
  language_change: object({ language: text }),
  'execution-input': object({ run_id: text, data: text, eof: optional(flag) }),
  refresh: object({ token: text }),
}
export type ClientEventName = keyof typeof clientEvents
export type ClientPayload<E extends ClientEventName> = Decoded<(typeof clientEvents)[E]>

/** The answer to any client event that asked for one. */
export const ackOk = object({ ok: flag })
export const ackError = object({ ok: flag, error: problem })
export const ackJoin = object({ ok: flag, ...roomStateFields })

export type ServerEvents = { [E in ServerEventName]: (payload: unknown) => void }
export type ClientEvents = {
  [E in ClientEventName]: (payload: ClientPayload<E>, ack?: (answer: unknown) => void) => void
}
/** What the room speaks through; payloads that arrive are unknown until decoded. */
export type RoomSocket = Socket<ServerEvents, ClientEvents>
