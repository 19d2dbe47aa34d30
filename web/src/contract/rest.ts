/** Bodies of the HTTP interface: decoders for answers, types for what is sent. */
import { count, flag, hint, lenient, list, nullable, number, object, text } from './decode'
import type { Decoded } from './decode'
import { executionResult, newcomerRole, role, visibility } from './events'
import type { NewcomerRole, Role, Visibility } from './events'

export interface CreateRoomBody {
  title?: string
  language?: string
  visibility?: Visibility
}

export interface PatchRoomBody {
  title?: string
  visibility?: Visibility
  default_role?: NewcomerRole
  locked?: boolean
}

export interface RunBody {
  language: string
  stdin?: string
  interactive?: boolean
}

export interface MemberBody {
  role: Role
}

const member = object({ user_id: text, name: lenient(text, ''), role })
export type Member = Decoded<typeof member>

export const room = object({
  room_id: text,
  title: lenient(text, ''),
  language: text,
  role: lenient(role, 'viewer'),
  visibility: lenient(visibility, 'link'),
  default_role: lenient(newcomerRole, 'editor'),
  locked: lenient(flag, false),
  created_at: lenient(text, ''),
  updated_at: lenient(text, ''),
  members: lenient(list(member), []),
})
/** A room as its members see it; `members` is empty where the answer has none. */
export type Room = Decoded<typeof room>

const roomInList = object({
  room_id: text,
  title: lenient(text, ''),
  language: text,
  role: lenient(role, 'viewer'),
  visibility: lenient(visibility, 'link'),
  created_at: lenient(text, ''),
  updated_at: lenient(text, ''),
  online: lenient(
    list(object({ userId: text, name: lenient(text, ''), color_slot: lenient(number, 1) })),
    [],
  ),
})
export type RoomInList = Decoded<typeof roomInList>

export const roomList = object({ rooms: list(roomInList), next: nullable(text) })
export type RoomList = Decoded<typeof roomList>

export const joinAnswer = object({ joined: flag, role })
export type JoinAnswer = Decoded<typeof joinAnswer>

export const runAnswer = object({ status: lenient(text, ''), run_id: text })
export type RunAnswer = Decoded<typeof runAnswer>

const pastRun = object({
  run_id: text,
  userId: hint(text),
  user_id: hint(text),
  name: lenient(text, ''),
  language: lenient(text, ''),
  version: lenient(text, ''),
  state: hint(text),
  started_at: hint(text),
  created_at: hint(text),
  result: hint(executionResult),
})
export type PastRun = Decoded<typeof pastRun>

export const runList = object({ runs: list(pastRun) })

export const preview = object({ title: lenient(text, ''), present: lenient(list(text), []) })
export type Preview = Decoded<typeof preview>

const runtime = object({
  language: text,
  version: text,
  aliases: lenient(list(text), []),
  display: hint(text),
  extension: hint(text),
  starter: hint(text),
})
/** A language the runner has, in Piston's shape with what our server adds. */
export type Runtime = Decoded<typeof runtime>
export const runtimes = list(runtime)

const errorBody = object({ code: text, message: lenient(text, '') })
export const apiError = object({ error: errorBody })

export const clientConfig = object({
  version: lenient(text, ''),
  api_base: lenient(text, ''),
  identity: lenient(text, 'embedded'),
  supabase_url: lenient(text, ''),
  supabase_anon_key: lenient(text, ''),
  limits: lenient(
    object({
      document_units_max: lenient(count, 1_048_576),
      chat_units_max: lenient(count, 4_000),
      title_units_max: lenient(count, 200),
    }),
    { document_units_max: 1_048_576, chat_units_max: 4_000, title_units_max: 200 },
  ),
})
export type ClientConfig = Decoded<typeof clientConfig>
