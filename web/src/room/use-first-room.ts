import { useEffect } from 'react'
import { roomLink } from '../home/room-link'
import { common } from '../text/common'
import { copyText } from '../ui/clipboard'
import { showToast } from '../ui/toast'
import { useRoom } from './room-context'

/** Rooms whose link was copied already: once is a favour, twice would be a nuisance. */
const welcomed = new Set<string>()

/** A room that was made a moment ago: its link is in the clipboard, and that is said. */
export function useFirstRoom(isNew: boolean): void {
  const { session } = useRoom()
  useEffect(() => {
    if (!isNew || welcomed.has(session.roomId)) return
    welcomed.add(session.roomId)
    // A reload is no first time.
    window.history.replaceState({ ...window.history.state, usr: null }, '')
    void copyText(roomLink(session.roomId)).then((copied) => {
      if (copied) showToast(common.linkCopied, 'check')
    })
  }, [isNew, session])
}
