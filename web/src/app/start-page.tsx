import { useState } from 'react'
import { useNavigate } from 'react-router'
import { Home } from '../home/home'
import { RoomMaker } from '../home/new-room'
import { Landing } from '../landing/landing'
import { likelySignedIn } from '../session/session'
import { useAuthSettings, useSession, useSessionStore } from '../session/session-context'
import { settings } from '../settings/settings'
import { authText } from '../text/auth'

/** `/`: the landing for strangers, the rooms for those who are signed in. */
export function StartPage() {
  const session = useSession()
  const store = useSessionStore()
  const { guests } = useAuthSettings()
  const navigate = useNavigate()
  const [maker] = useState(() => new RoomMaker())
  // While a guest's first room is being made they are signed in already, but belong here still.
  const [making, setMaking] = useState(false)
  const [expected] = useState(likelySignedIn)

  async function newRoom(name: string): Promise<string | undefined> {
    if (!store) return authText.unreachable
    setMaking(true)
    settings.update({ guestName: name.trim() })
    if (store.getState().phase !== 'signed_in') {
      const guest = await store.signInAsGuest(name)
      if (!guest.ok) {
        setMaking(false)
        return guest.problem.message
      }
    }
    const made = await maker.make({})
    if ('problem' in made) return made.problem
    void navigate(`/r/${made.room.room_id}`, { state: { created: true } })
    return undefined
  }

  const inside = session.phase === 'signed_in' || (session.phase === 'loading' && expected)
  if (inside && !making) return <Home />
  return <Landing onNewRoom={newRoom} onGiveUp={() => setMaking(false)} guests={guests} />
}
