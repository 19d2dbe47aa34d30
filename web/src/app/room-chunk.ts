import { lazy } from 'react'
import type { ComponentType } from 'react'
import type { ClientConfig } from '../api/config'
import type { SessionStore } from '../session/session'

type RoomPageProps = { roomId: string; session: SessionStore; config: ClientConfig }
type RoomModule = { default: ComponentType<RoomPageProps> }

const modules = import.meta.glob<RoomModule>('../room/room-page.tsx')

async function load(): Promise<RoomModule> {
  const module = modules['../room/room-page.tsx']
  if (!module) throw new Error('The client was built without its room.')
  return module()
}

/** The room and its editor, loaded when somebody is about to need them. */
export const RoomPage = lazy(load)

/** Fetches the room's code ahead of the click. A failure shows itself when the room opens. */
export function prefetchRoom(): void {
  load().catch(() => undefined)
}
