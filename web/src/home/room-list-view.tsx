import { useState } from 'react'
import { Link } from 'react-router'
import type { RoomInList } from '../contract/rest'
import { common } from '../text/common'
import { homeText } from '../text/home'
import { Button } from '../ui/button'
import { Icon } from '../ui/icon'
import { useNow } from '../ui/use-now'
import { EmptyRooms } from './empty-rooms'
import { DeleteDialog, RenameDialog } from './room-dialogs'
import { matchingRooms } from './room-list'
import type { RoomListState, RoomListStore } from './room-list'
import { roomTitle } from './room-title'
import { RoomTable } from './room-table'

type RoomListViewProps = {
  state: RoomListState
  store: RoomListStore
  isGuest: boolean
  making: boolean
  onNewRoom: () => void
}

type Asking = { what: 'rename' | 'delete'; room: RoomInList }

/** Loading, empty, failed, or the rooms; a list that was there stays when a request fails. */
export function RoomListView({ state, store, isGuest, making, onNewRoom }: RoomListViewProps) {
  const now = useNow(30_000)
  const [asking, setAsking] = useState<Asking | null>(null)
  const titleOf = (room: RoomInList) => roomTitle(room, now)
  const rooms = matchingRooms(state.rooms, state.query, titleOf)
  const searching = state.query.trim() !== ''
  const empty = state.rooms.length === 0 && state.loading === null && state.error === null

  return (
    <>
      {state.error !== null && (
        <div className="list-problem" role="alert">
          <Icon name="warn" />
          <span className="grow">{homeText.failed}</span>
          <Button size="xs" busy={state.loading === 'again'} onClick={() => void store.retry()}>
            {common.tryAgain}
          </Button>
        </div>
      )}
      {empty && <EmptyRooms making={making} onNewRoom={onNewRoom} />}
      {(rooms.length > 0 || state.loading === 'first') && (
        <RoomTable
          rooms={rooms}
          loading={state.loading === 'first'}
          now={now}
          onRename={(room) => setAsking({ what: 'rename', room })}
          onDelete={(room) => setAsking({ what: 'delete', room })}
        />
      )}
      {searching && rooms.length === 0 && state.loading === null && state.rooms.length > 0 && (
        <p className="list-note">{homeText.noMatch(state.query.trim())}</p>
      )}
      {state.next !== null && !searching && (
        <div className="show-more">
          <Button busy={state.loading === 'more'} onClick={() => void store.more()}>
            {homeText.showMore}
          </Button>
        </div>
      )}
      {isGuest && state.rooms.length > 0 && (
        <p className="list-note">
          {homeText.guestNote} <Link to="/sign-up">{homeText.keepRooms}</Link>
        </p>
      )}
      <RenameDialog
        room={asking?.what === 'rename' ? asking.room : null}
        onRename={(room, title) => store.rename(room.room_id, title)}
        onClose={() => setAsking(null)}
      />
      <DeleteDialog
        room={asking?.what === 'delete' ? asking.room : null}
        titleOf={titleOf}
        onDelete={(room) => store.remove(room.room_id)}
        onClose={() => setAsking(null)}
      />
    </>
  )
}
