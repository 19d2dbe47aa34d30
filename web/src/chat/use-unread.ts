import { useEffect, useState } from 'react'
import { useRoomState, useRoomUi } from '../room/room-context'
import { shownTitle } from '../room/room-title'

/** Messages of others that came since the chat was last in sight. */
export function useUnread(): number {
  const { width, pane, isSideOpen } = useRoomUi()
  const chat = useRoomState((state) => state.data.chat)
  const me = useRoomState((state) => state.data.me?.userId)
  const title = useRoomState((state) => state.data.title)
  const isSeen = useIsPageSeen() && (width === 'narrow' ? pane === 'people' : isSideOpen)
  const [seen, setSeen] = useState(() => new Set(chat.map(({ id }) => id)))
  if (isSeen && chat.some(({ id }) => !seen.has(id))) setSeen(new Set(chat.map(({ id }) => id)))
  const unread = chat.filter(
    (entry) => entry.kind === 'message' && entry.message.userId !== me && !seen.has(entry.id),
  ).length
  useEffect(() => {
    const name = `${shownTitle(title)} · CodenCollab`
    document.title = unread > 0 ? `(${unread}) ${name}` : name
  }, [unread, title])
  return unread
}

function useIsPageSeen(): boolean {
  const [isSeen, setSeen] = useState(() => !document.hidden)
  useEffect(() => {
    const listener = () => setSeen(!document.hidden)
    document.addEventListener('visibilitychange', listener)
    return () => document.removeEventListener('visibilitychange', listener)
  }, [])
  return isSeen
}
