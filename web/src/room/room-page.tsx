import { useCallback, useState, useSyncExternalStore } from 'react'
import type { ClientConfig } from '../api/config'
import { EndedScreen } from '../ended/ended-screen'
import type { SessionStore } from '../session/session'
import { RoomSkeleton } from '../ui/room-skeleton'
import { RoomContext, useRoom, useRoomState } from './room-context'
import { openRooms } from './room-handle'
import type { RoomHandle } from './room-handle'
import { RoomView } from './room-view'
import './room.css'

type RoomPageProps = { roomId: string; session: SessionStore; config: ClientConfig }

/** A room for somebody who is signed in. */
export default function RoomPage({ roomId, session, config }: RoomPageProps) {
  const handle = useOpenRoom(roomId, session)
  if (!handle) return <RoomSkeleton late />
  return (
    <RoomContext value={handle}>
      <RoomScreen config={config} isSignedIn={() => session.getState().phase === 'signed_in'} />
    </RoomContext>
  )
}

/** Claims the room for as long as this page shows it. */
function useOpenRoom(roomId: string, store: SessionStore): RoomHandle | undefined {
  const rooms = openRooms(store)
  const claim = useCallback(() => {
    rooms.acquire(roomId)
    return () => rooms.release(roomId)
  }, [rooms, roomId])
  return useSyncExternalStore(claim, () => rooms.get(roomId))
}

function RoomScreen({ config, isSignedIn }: { config: ClientConfig; isSignedIn: () => boolean }) {
  const { session } = useRoom()
  const link = useRoomState((state) => state.link)
  const hasCopy = useRoomState((state) => state.hasCopy)
  const people = useRoomState((state) => state.data.participants)
  const [wasThere, setWasThere] = useState(false)
  if ((link.phase === 'synced' || hasCopy) && !wasThere) setWasThere(true)

  if (link.phase === 'ended') {
    // With nobody signed in, the sign-in stands over the room, which stays as it is.
    const staysBehind = link.reason === 'session-over' && !isSignedIn() && wasThere
    if (!staysBehind) {
      return (
        <EndedScreen
          kind={link.reason}
          at={link.reason === 'removed' ? new Date() : undefined}
          people={people.length || undefined}
          onRetry={() => session.retryNow()}
        />
      )
    }
  }
  return wasThere ? <RoomView config={config} /> : <RoomSkeleton late />
}
