import { useEffect } from 'react'
import { useRoom } from './room-context'

/** How long a change may be on its way before it is in doubt. */
const onItsWayMs = 1_000

/**
 * Leaving the page asks for confirmation only while something is not acknowledged and this device
 * could not keep it either.
 */
export function useLeaveGuard(): void {
  const { session } = useRoom()
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (session.wouldLose(onItsWayMs)) event.preventDefault()
    }
    window.addEventListener('beforeunload', onLeave)
    return () => window.removeEventListener('beforeunload', onLeave)
  }, [session])
}
