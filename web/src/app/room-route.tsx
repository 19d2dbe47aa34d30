import { Suspense, useEffect, useState } from 'react'
import { useParams } from 'react-router'
import { NameStep } from '../auth/name-step'
import { SignInForm } from '../auth/sign-in-form'
import { EndedScreen } from '../ended/ended-screen'
import { parseRoomId } from '../home/room-link'
import { roomGate } from '../session/gates'
import { useSession } from '../session/session-context'
import { endedText } from '../text/ended'
import { Dialog } from '../ui/dialog'
import { ErrorBoundary } from '../ui/error-boundary'
import { RoomSkeleton } from '../ui/room-skeleton'
import { prefetchRoom, RoomPage } from './room-chunk'
import { useServices } from './services'

/** `/r/:id`: the name step for strangers, then the room. */
export function RoomRoute() {
  const { id } = useParams()
  const roomId = parseRoomId(id ?? '')
  // A new room is a new screen: nothing of the one before may stay.
  return <Room key={roomId} roomId={roomId} />
}

function Room({ roomId }: { roomId: string | null }) {
  const session = useSession()
  const services = useServices()
  const [userInside, setUserInside] = useState<string | null>(null)
  const userId = session.phase === 'signed_in' ? session.user.id : null
  if (userId !== null && userId !== userInside) setUserInside(userId)
  useEffect(() => {
    if (roomId !== null) prefetchRoom()
  }, [roomId])

  const gate = roomGate(roomId, session, userInside !== null)
  if (gate === 'not-found' || roomId === null) return <EndedScreen kind="not-found" />
  if (gate === 'wait' || !services) return <RoomSkeleton late />
  if (gate === 'name') return <NameStep roomId={roomId} />
  return (
    <>
      <ErrorBoundary fallback={() => <EndedScreen kind="crashed" />}>
        <Suspense fallback={<RoomSkeleton late />}>
          <RoomPage
            key={userInside}
            roomId={roomId}
            session={services.session}
            config={services.config}
          />
        </Suspense>
      </ErrorBoundary>
      {gate === 'session-over' && <SignInAgain />}
    </>
  )
}

/** Over the room, which stays as it is: nothing is reloaded, nothing typed is lost. */
function SignInAgain() {
  return (
    <Dialog opened onClose={null} title={endedText.sessionOver.title} width={440}>
      <SignInForm
        className="sec"
        onDone={() => undefined}
        title={<p className="lead">{endedText.sessionOver.body}</p>}
      />
    </Dialog>
  )
}
