import type { RoomInList } from '../contract/rest'
import { common } from '../text/common'

/** How a room is called: by its title, or by when it was made. */
export function roomTitle(room: Pick<RoomInList, 'title' | 'created_at'>, now: Date): string {
  const title = room.title.trim()
  if (title !== '' && title !== 'Untitled') return title
  const created = new Date(room.created_at)
  return common.untitled(Number.isNaN(created.getTime()) ? now : created, now)
}
