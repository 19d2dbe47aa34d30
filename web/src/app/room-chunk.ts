import { lazy } from 'react'

const load = () => import('../room/room-page')

/** The room, loaded when somebody is about to need it. */
export const RoomPage = lazy(load)

/**
 * Fetches the room's and the editor's code ahead of the click. A failure shows itself when the
 * room opens.
 */
export function prefetchRoom(): void {
  Promise.all([load(), import('../editor/room-editor')]).catch(() => undefined)
}
