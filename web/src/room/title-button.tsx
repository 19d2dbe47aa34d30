import { useState } from 'react'
import { patchRoom } from '../api/rooms'
import { roomText } from '../text/room'
import { showToast } from '../ui/toast'
import { useRoom, useRoomState, useRoomUi } from './room-context'
import { shownTitle } from './room-title'

const titleUnitsMax = 200

/** The room's title; whoever owns the room changes it in place. */
export function TitleButton() {
  const { width, isRenaming, setRenaming } = useRoomUi()
  const title = useRoomState((state) => state.data.title)
  const isOwner = useRoomState((state) => state.data.role === 'owner')
  if (isOwner && isRenaming) return <TitleField title={title} onDone={() => setRenaming(false)} />
  if (!isOwner || width === 'narrow') {
    return <span className="title cut">{shownTitle(title)}</span>
  }
  return (
    <button
      type="button"
      className="btn sm quiet title"
      title={roomText.rename}
      aria-label={roomText.titleIsFor(shownTitle(title))}
      onClick={() => setRenaming(true)}
    >
      <span className="cut">{shownTitle(title)}</span>
    </button>
  )
}

function TitleField({ title, onDone }: { title: string; onDone: () => void }) {
  const { session } = useRoom()
  const [text, setText] = useState(title)

  async function save() {
    onDone()
    const wanted = text.trim()
    if (wanted === title.trim()) return
    const result = await patchRoom(session.roomId, { title: wanted })
    if (result.ok) session.learn(result.value)
    else showToast(result.error.message || roomText.renameFailed, 'warn')
  }

  return (
    <input
      className="input title-field"
      aria-label={roomText.title}
      value={text}
      maxLength={titleUnitsMax}
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => void save()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') onDone()
      }}
    />
  )
}
