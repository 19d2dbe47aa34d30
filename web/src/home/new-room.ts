import { createRoom } from '../api/rooms'
import type { ApiError } from '../api/http'
import type { CreateRoomBody, Room } from '../contract/rest'
import { common } from '../text/common'
import { homeText } from '../text/home'
import { newId } from '../ui/ids'

/**
 * Makes a room. A repeated try after a failure carries the same key as the failed one, so that
 * a room whose answer got lost is found again instead of made twice.
 */
export class RoomMaker {
  #pending: { body: string; key: string } | null = null

  async make(body: CreateRoomBody): Promise<{ room: Room } | { problem: string }> {
    const text = JSON.stringify(body)
    if (this.#pending?.body !== text) this.#pending = { body: text, key: newId() }
    const result = await createRoom(body, this.#pending.key)
    if (!result.ok) return { problem: describe(result.error) }
    this.#pending = null
    return { room: result.value }
  }
}

function describe(error: ApiError): string {
  switch (error.code) {
    case 'network':
      return `${common.unreachable} ${common.unreachableDo}`
    case 'bad_answer':
      return homeText.newRoomFailed
    default:
      if (error.status === 429) return common.tooMany(error.retryAfter)
      return error.message || homeText.newRoomFailed
  }
}
