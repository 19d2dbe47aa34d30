import { useEffect, useEffectEvent, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { EndedScreen } from '../ended/ended-screen'
import { useSession, useSessionStore } from '../session/session-context'
import { RoomSkeleton } from '../ui/room-skeleton'
import { openPractice } from './practice'
import type { Opened } from './practice'
import { prefetchRoom } from './room-chunk'

/** `/practice`: on to the practice room, which is made where there is none. */
export function PracticePage() {
  const store = useSessionStore()
  const session = useSession()
  const navigate = useNavigate()
  const location: { state: unknown } = useLocation()
  const [problem, setProblem] = useState<string>()
  const isKnown = session.phase !== 'loading'

  const arrive = useEffectEvent((opened: Opened) => {
    if ('problem' in opened) setProblem(opened.problem)
    else void navigate(`/r/${opened.roomId}`, { replace: true, state: location.state })
  })
  useEffect(() => {
    prefetchRoom()
    if (store && isKnown && problem === undefined) void openPractice(store).then(arrive)
  }, [store, isKnown, problem])

  if (problem === undefined) return <RoomSkeleton late />
  return <EndedScreen kind="no-practice" detail={problem} onRetry={() => setProblem(undefined)} />
}
