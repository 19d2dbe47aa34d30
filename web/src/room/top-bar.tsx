import { Link } from 'react-router'
import { peopleIn } from './room-data'
import { chatText, peopleText, roomText } from '../text/room'
import { RunButtons } from '../run/run-buttons'
import { shownName } from '../people/shown-name'
import { Avatar } from '../ui/avatar'
import { Button, IconButton } from '../ui/button'
import { Icon } from '../ui/icon'
import { Mark } from '../ui/mark'
import { LanguageMenu } from './language-menu'
import { useRoomState, useRoomUi } from './room-context'
import { RoomMenu } from './room-menu'
import { TitleButton } from './title-button'
import { useUnread } from '../chat/use-unread'

const avatarsShown = 3

export function TopBar() {
  const { width, setDialog } = useRoomUi()
  const isNarrow = width === 'narrow'
  return (
    <header className="top">
      <Link className="home" to="/" aria-label={roomText.home}>
        <Mark size={18} />
      </Link>
      <TitleButton />
      {!isNarrow && (
        <>
          <span className="rule" />
          <LanguageMenu />
        </>
      )}
      {isNarrow && <span className="grow" />}
      <RunButtons />
      {!isNarrow && (
        <>
          <span className="grow" />
          <PeopleButton />
          <ChatButton />
          <Button size="xs" className="share" onClick={() => setDialog('share')}>
            {roomText.share}
          </Button>
        </>
      )}
      <RoomMenu />
    </header>
  )
}

function PeopleButton() {
  const { isSideOpen, setSideOpen, width } = useRoomUi()
  const data = useRoomState((state) => state.data)
  const away = useRoomState((state) => state.away)
  const people = peopleIn(data, away)
  const you = people.find(({ isMe }) => isMe)
  const rest = people.length - avatarsShown
  return (
    <button
      type="button"
      className="people"
      aria-expanded={isSideOpen}
      onClick={() => setSideOpen(!isSideOpen)}
      onKeyDown={(event) => {
        // Where what it opens lies over the editor.
        if (event.key === 'Escape' && width === 'medium') setSideOpen(false)
      }}
    >
      <span className="sr">
        {peopleText.openPanel(shownName(you?.name ?? ''), people.length - 1)}
      </span>
      <span className="stack" aria-hidden="true">
        {people.slice(0, avatarsShown).map((person) => (
          <Avatar key={person.userId} name={person.name} slot={person.slot} away={person.isAway} />
        ))}
        {rest > 0 && <span className="more">+{rest}</span>}
      </span>
    </button>
  )
}

function ChatButton() {
  const { setSideOpen } = useRoomUi()
  const unread = useUnread()
  const open = () => {
    setSideOpen(true)
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.composer textarea')?.focus())
  }
  if (unread === 0) {
    return <IconButton icon="chat" label={chatText.openChat(0)} onClick={open} />
  }
  return (
    <Button size="xs" kind="quiet" aria-label={chatText.openChat(unread)} onClick={open}>
      <Icon name="chat" />
      <span className="count">{unread}</span>
    </Button>
  )
}
