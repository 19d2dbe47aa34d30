import { useUnread } from '../chat/use-unread'
import { chatText, paneText } from '../text/room'
import { Icon } from '../ui/icon'
import type { IconName } from '../ui/icon'
import { useRoomUi } from './room-context'
import type { Pane } from './room-context'

const panes: readonly { pane: Pane; icon: IconName; label: string }[] = [
  { pane: 'code', icon: 'code', label: paneText.code },
  { pane: 'output', icon: 'term', label: paneText.output },
  { pane: 'people', icon: 'chat', label: paneText.people },
]

/** Narrow screens show one pane at a time. */
export function BottomBar() {
  const { pane: current, setPane } = useRoomUi()
  const unread = useUnread()
  return (
    <nav aria-label={paneText.panes} className="bottom">
      {panes.map(({ pane, icon, label }) => (
        <button
          key={pane}
          type="button"
          aria-current={pane === current}
          onClick={() => setPane(pane)}
        >
          <Icon name={icon} />
          {label}
          {pane === 'people' && unread > 0 && (
            <>
              <span className="count" aria-hidden="true">
                {unread}
              </span>
              <span className="sr">{chatText.openChat(unread)}</span>
            </>
          )}
        </button>
      ))}
    </nav>
  )
}
