import { useEffect, useState, useSyncExternalStore } from 'react'
import { useNavigate } from 'react-router'
import { announce } from '../ui/announcer'
import { useSession } from '../session/session-context'
import { homeText } from '../text/home'
import { Page } from '../ui/page'
import { showToast } from '../ui/toast'
import './home.css'
import { HomeTools } from './home-tools'
import { ListHead } from './list-head'
import { RoomMaker } from './new-room'
import type { CreateRoomBody } from '../contract/rest'
import { RoomListStore } from './room-list'
import { RoomListView } from './room-list-view'

/** The rooms of whoever is signed in. */
export function Home() {
  const session = useSession()
  const navigate = useNavigate()
  const [list] = useState(() => new RoomListStore())
  const [maker] = useState(() => new RoomMaker())
  const [making, setMaking] = useState(false)
  const state = useSyncExternalStore(list.subscribe, list.get)
  const userId = session.phase === 'signed_in' ? session.user.id : null

  useEffect(() => {
    if (userId === null) return
    void list.load()
    const again = () => {
      if (document.visibilityState === 'visible') void list.load()
    }
    document.addEventListener('visibilitychange', again)
    return () => document.removeEventListener('visibilitychange', again)
  }, [list, userId])

  /** Answers what went wrong, or undefined. */
  async function newRoom(body: CreateRoomBody): Promise<string | undefined> {
    if (making) return undefined
    setMaking(true)
    const made = await maker.make(body)
    setMaking(false)
    if ('problem' in made) return made.problem
    void navigate(`/r/${made.room.room_id}`, { state: { created: true } })
    return undefined
  }

  function newRoomAtOnce() {
    void newRoom({}).then((problem) => {
      if (problem !== undefined) showToast(problem, 'warn')
    })
  }

  const isGuest = session.phase === 'signed_in' && session.user.isGuest
  const empty = state.rooms.length === 0 && state.loading === null && state.error === null
  return (
    <Page title={homeText.title} tools={<HomeTools />}>
      <main className="list-page" tabIndex={-1} id="content">
        <ListHead
          bare={empty}
          query={state.query}
          making={making}
          onSearch={(query) => void list.search(query)}
          onSearched={(count) => announce(homeText.found(count), { kind: 'search' })}
          list={state}
          onNewRoom={newRoomAtOnce}
          onNewRoomWith={newRoom}
        />
        <RoomListView
          state={state}
          store={list}
          isGuest={isGuest}
          making={making}
          onNewRoom={newRoomAtOnce}
        />
      </main>
    </Page>
  )
}
