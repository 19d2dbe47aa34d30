/** What is known of the room besides its text; pure, fed by the server's events. */
import type {
  ChatMessage,
  NewcomerRole,
  Participant,
  Role,
  RoomLimits,
  RoomState,
  ServerEventName,
  ServerPayload,
  Visibility,
} from '../contract/events'
import type { Member, Room } from '../contract/rest'
import { idleRun, reduceRun } from '../run/run-state'
import type { RunState } from '../run/run-state'

export type ChatEntry =
  | { kind: 'message'; id: string; message: ChatMessage }
  | { kind: 'joined' | 'left'; id: string; name: string; at: number }

export interface RoomData {
  me: Participant | undefined
  role: Role
  language: string
  participants: readonly Participant[]
  members: readonly Member[]
  title: string
  createdAt: string
  visibility: Visibility
  defaultRole: NewcomerRole
  locked: boolean
  chat: readonly ChatEntry[]
  run: RunState
  limits: RoomLimits
  saved: boolean
  /** Milliseconds to add to this device's clock to have the server's. */
  clockOffset: number
}

export const initialRoomData: RoomData = {
  me: undefined,
  role: 'viewer',
  language: '',
  participants: [],
  members: [],
  title: '',
  createdAt: '',
  visibility: 'link',
  defaultRole: 'editor',
  locked: false,
  chat: [],
  run: idleRun,
  limits: {},
  saved: true,
  clockOffset: 0,
}

type FromServer = {
  [E in ServerEventName]: { type: E; payload: ServerPayload<E>; at: number }
}[ServerEventName]

/** `at` is milliseconds of this device's clock. */
export type RoomEvent =
  | FromServer
  | { type: 'details'; room: Room }
  | { type: 'own-language'; language: string }
  | { type: 'run-lost'; run_id: string }

const chatEntriesMax = 500

export function reduceRoom(data: RoomData, event: RoomEvent): RoomData {
  switch (event.type) {
    case 'room-state':
      return reduceJoined(data, event.payload, event.at)
    case 'details':
      return reduceDetails(data, event.room)
    case 'user-joined':
      return addParticipant(data, event.payload, event.at)
    case 'user-disconnected':
      return removeParticipant(data, event.payload.sid, event.at)
    case 'new-message':
      return { ...data, chat: withMessages(data.chat, [event.payload]) }
    case 'chat-history':
      return { ...data, chat: withMessages(data.chat, event.payload.messages) }
    case 'language-update':
      return { ...data, language: event.payload.language }
    case 'own-language':
      return { ...data, language: event.language }
    case 'room-updated': {
      const { title, visibility, default_role, locked, saved } = event.payload
      return {
        ...data,
        title: title ?? data.title,
        visibility: visibility ?? data.visibility,
        defaultRole: default_role ?? data.defaultRole,
        locked: locked ?? data.locked,
        saved: saved ?? data.saved,
      }
    }
    case 'role-changed': {
      const { role, userId } = event.payload
      return userId === undefined || userId === data.me?.userId
        ? { ...withRole(data, data.me?.userId, role), role }
        : withRole(data, userId, role)
    }
    case 'execution-queued':
      return withRun(data, { type: 'queued', event: event.payload, at: serverTime(data, event.at) })
    case 'execution-started':
      return withRun(data, {
        type: 'started',
        event: event.payload,
        at: serverTime(data, event.at),
      })
    case 'execution-output':
      return withRun(data, { type: 'output', event: event.payload })
    case 'execution-result':
      return withRun(data, { type: 'result', event: event.payload })
    case 'run-lost':
      return withRun(data, { type: 'lost', run_id: event.run_id })
    default:
      return data
  }
}

export function serverTime(data: Pick<RoomData, 'clockOffset'>, at: number): number {
  return at + data.clockOffset
}

function reduceJoined(data: RoomData, state: RoomState, at: number): RoomData {
  const there = Date.parse(state.server_time ?? '')
  const clockOffset = Number.isNaN(there) ? data.clockOffset : there - at
  const me = { ...state.you, role: state.role }
  const others = state.users.filter(({ sid }) => sid !== me.sid)
  const joined: RoomData = {
    ...data,
    me,
    role: state.role,
    language: state.language,
    participants: [me, ...others],
    limits: { ...data.limits, ...state.limits },
    saved: state.saved,
    clockOffset,
  }
  return withRun(joined, { type: 'joined', run: state.run, at: at + clockOffset })
}

function reduceDetails(data: RoomData, room: Room): RoomData {
  const roles = new Map(room.members.map(({ user_id, role }) => [user_id, role]))
  return {
    ...data,
    title: room.title,
    createdAt: room.created_at,
    visibility: room.visibility,
    defaultRole: room.default_role,
    locked: room.locked,
    members: room.members,
    participants: data.participants.map((participant) => {
      const role = roles.get(participant.userId) ?? participant.role
      return role ? { ...participant, role } : participant
    }),
  }
}

function withRole(data: RoomData, userId: string | undefined, role: Role): RoomData {
  return {
    ...data,
    participants: data.participants.map((participant) =>
      participant.userId === userId ? { ...participant, role } : participant,
    ),
    members: data.members.map((member) =>
      member.user_id === userId ? { ...member, role } : member,
    ),
  }
}

function addParticipant(data: RoomData, participant: Participant, at: number): RoomData {
  const others = data.participants.filter(({ sid }) => sid !== participant.sid)
  const isNew = !others.some(({ userId }) => userId === participant.userId)
  const role =
    participant.role ?? data.members.find(({ user_id }) => user_id === participant.userId)?.role
  const known = role ? { ...participant, role } : participant
  return {
    ...data,
    participants: [...others, known],
    chat: isNew ? withLine(data.chat, 'joined', participant, at) : data.chat,
  }
}

function removeParticipant(data: RoomData, sid: string, at: number): RoomData {
  const gone = data.participants.find((participant) => participant.sid === sid)
  if (!gone) return data
  const participants = data.participants.filter((participant) => participant !== gone)
  const stillHere = participants.some(({ userId }) => userId === gone.userId)
  return {
    ...data,
    participants,
    chat: stillHere ? data.chat : withLine(data.chat, 'left', gone, at),
  }
}

function withLine(
  chat: readonly ChatEntry[],
  kind: 'joined' | 'left',
  { sid, name }: Participant,
  at: number,
): ChatEntry[] {
  return [...chat, { kind, id: `${kind} ${sid} ${at}`, name, at }].slice(-chatEntriesMax)
}

/** A message that is there already, as after a reconnect, is not added again. */
function withMessages(
  chat: readonly ChatEntry[],
  messages: readonly ChatMessage[],
): readonly ChatEntry[] {
  const known = new Set(chat.map(({ id }) => id))
  const fresh = messages.filter(({ id }) => !known.has(id))
  if (fresh.length === 0) return chat
  const entries = fresh.map((message): ChatEntry => ({ kind: 'message', id: message.id, message }))
  return [...chat, ...entries].sort((a, b) => timeOf(a) - timeOf(b)).slice(-chatEntriesMax)
}

export function timeOf(entry: ChatEntry): number {
  return entry.kind === 'message' ? Date.parse(entry.message.at) || 0 : entry.at
}

function withRun(data: RoomData, event: Parameters<typeof reduceRun>[1]): RoomData {
  const run = reduceRun(data.run, event)
  return run === data.run ? data : { ...data, run }
}

/** One person, in however many tabs. */
export interface Person {
  userId: string
  name: string
  slot: number
  role: Role | undefined
  tabs: number
  isMe: boolean
  /** Nothing was heard for a while from any of the tabs. */
  isAway: boolean
}

/** You, then owners, then the others by arrival. `away` are sockets. */
export function peopleIn({ participants, me }: RoomData, away: readonly string[]): Person[] {
  const people = new Map<string, Person>()
  for (const participant of participants) {
    const isAway = away.includes(participant.sid)
    const known = people.get(participant.userId)
    if (known) {
      known.tabs++
      known.isAway &&= isAway
    } else people.set(participant.userId, { ...personOf(participant, me?.userId), isAway })
  }
  const rank = ({ isMe, role }: Person) => (isMe ? 0 : role === 'owner' ? 1 : 2)
  return [...people.values()].sort((a, b) => rank(a) - rank(b))
}

function personOf(participant: Participant, me: string | undefined): Omit<Person, 'isAway'> {
  const { userId, name, role } = participant
  return { userId, name, slot: slotOf(participant), role, tabs: 1, isMe: userId === me }
}

/** The slot the server gave; without one, the same person gets the same colour everywhere. */
export function slotOf(who: { userId: string; color_slot?: number }): number {
  const { color_slot: slot } = who
  if (slot !== undefined && Number.isInteger(slot) && slot >= 1 && slot <= 8) return slot
  let sum = 0
  for (let at = 0; at < who.userId.length; at++) sum = (sum * 31 + who.userId.charCodeAt(at)) % 8
  return sum + 1
}

export function canEdit(data: Pick<RoomData, 'role' | 'locked'>): boolean {
  return data.role === 'owner' || (data.role === 'editor' && !data.locked)
}
