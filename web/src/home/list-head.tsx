import { useEffect, useEffectEvent, useState } from 'react'
import type { CreateRoomBody } from '../contract/rest'
import { common } from '../text/common'
import { homeText } from '../text/home'
import { Button, IconButton } from '../ui/button'
import { Icon } from '../ui/icon'
import { NewRoomDialog } from './new-room-dialog'
import { matchingRooms } from './room-list'
import type { RoomListState } from './room-list'
import { roomTitle } from './room-title'

type ListHeadProps = {
  /** Nothing to search and nothing in the list: the empty place has the button. */
  bare: boolean
  query: string
  making: boolean
  list: RoomListState
  onSearch: (query: string) => void
  /** Told a moment after the typing, for screen readers. */
  onSearched: (found: number) => void
  onNewRoom: () => void
  onNewRoomWith: (body: CreateRoomBody) => Promise<string | undefined>
}

export function ListHead(props: ListHeadProps) {
  const [choosing, setChoosing] = useState(false)
  return (
    <div className="list-head">
      <h1>{homeText.title}</h1>
      <span className="grow" />
      {!props.bare && (
        <>
          <Search {...props} />
          <span className="split" role="group" aria-label={common.newRoom}>
            <Button kind="main" icon="plus" busy={props.making} onClick={props.onNewRoom}>
              {common.newRoom}
            </Button>
            <Button
              kind="main"
              icon="down"
              aria-label={homeText.withOptions}
              aria-haspopup="dialog"
              onClick={() => setChoosing(true)}
            />
          </span>
          <NewRoomDialog
            opened={choosing}
            onClose={() => setChoosing(false)}
            onSubmit={props.onNewRoomWith}
          />
        </>
      )}
    </div>
  )
}

const announceAfterMs = 600

function Search({ query, list, onSearch, onSearched }: ListHeadProps) {
  const tell = useEffectEvent(() => {
    const now = new Date()
    onSearched(matchingRooms(list.rooms, query, (room) => roomTitle(room, now)).length)
  })
  useEffect(() => {
    if (query === '') return
    const timer = setTimeout(tell, announceAfterMs)
    return () => clearTimeout(timer)
  }, [query, list.rooms])
  return (
    <label className="input">
      <Icon name="search" />
      <input
        type="search"
        placeholder={homeText.search}
        aria-label={homeText.search}
        value={query}
        onChange={(event) => onSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onSearch('')
        }}
      />
      {query !== '' && (
        <IconButton tiny icon="close" label={homeText.clearSearch} onClick={() => onSearch('')} />
      )}
    </label>
  )
}
