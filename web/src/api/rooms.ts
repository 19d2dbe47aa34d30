import { joinAnswer, preview, room, roomList, runAnswer, runList, runtimes } from '../contract/rest'
import type {
  CreateRoomBody,
  JoinAnswer,
  MemberBody,
  PatchRoomBody,
  Preview,
  Room,
  RoomList,
  RunAnswer,
  RunBody,
  Runtime,
} from '../contract/rest'
import { request } from './http'
import type { ApiResult } from './http'

export const pageSize = 20

function roomPath(roomId: string, rest = ''): string {
  return `/rooms/${encodeURIComponent(roomId)}${rest}`
}

export function createRoom(body: CreateRoomBody, idempotencyKey: string): Promise<ApiResult<Room>> {
  return request('POST', '/rooms', { body, idempotencyKey, answer: room })
}

/** One page of the caller's rooms, newest activity first. `before` is an earlier page's `next`. */
export function listRooms(before: string | null): Promise<ApiResult<RoomList>> {
  const query = new URLSearchParams({ limit: String(pageSize) })
  if (before !== null) query.set('before', before)
  return request('GET', `/rooms?${query.toString()}`, { answer: roomList })
}

export function getRoom(roomId: string): Promise<ApiResult<Room>> {
  return request('GET', roomPath(roomId), { answer: room })
}

export function patchRoom(roomId: string, body: PatchRoomBody): Promise<ApiResult<Room>> {
  return request('PATCH', roomPath(roomId), { body, answer: room })
}

export function deleteRoom(roomId: string): Promise<ApiResult<undefined>> {
  return request('DELETE', roomPath(roomId))
}

/** Title and who is there, for somebody who is not signed in. May be missing on any server. */
export function previewRoom(roomId: string): Promise<ApiResult<Preview>> {
  return request('GET', roomPath(roomId, '/preview'), { answer: preview })
}

export function joinRoom(roomId: string): Promise<ApiResult<JoinAnswer>> {
  return request('POST', roomPath(roomId, '/join'), { answer: joinAnswer })
}

export function setMemberRole(
  roomId: string,
  userId: string,
  body: MemberBody,
): Promise<ApiResult<undefined>> {
  return request('PUT', roomPath(roomId, `/members/${encodeURIComponent(userId)}`), { body })
}

export function removeMember(roomId: string, userId: string): Promise<ApiResult<undefined>> {
  return request('DELETE', roomPath(roomId, `/members/${encodeURIComponent(userId)}`))
}

export function startRun(
  roomId: string,
  body: RunBody,
  idempotencyKey: string,
): Promise<ApiResult<RunAnswer>> {
  return request('POST', roomPath(roomId, '/run'), { body, idempotencyKey, answer: runAnswer })
}

export function stopRun(roomId: string, runId: string): Promise<ApiResult<undefined>> {
  return request('DELETE', roomPath(roomId, `/runs/${encodeURIComponent(runId)}`))
}

export function listRuns(roomId: string) {
  return request('GET', roomPath(roomId, '/runs'), { answer: runList })
}

export function listRuntimes(): Promise<ApiResult<Runtime[]>> {
  return request('GET', '/runtimes', { answer: runtimes })
}
