import { Menu } from '@mantine/core'
import { useRef } from 'react'
import { Link, useNavigate } from 'react-router'
import { prefetchRoom } from '../app/room-chunk'
import type { RoomInList } from '../contract/rest'
import { common } from '../text/common'
import { formatAgo } from '../text/format'
import { homeText } from '../text/home'
import { Avatar } from '../ui/avatar'
import { IconButton } from '../ui/button'
import { copyText } from '../ui/clipboard'
import { Icon } from '../ui/icon'
import { LanguageSign } from '../ui/language-sign'
import { Bone } from '../ui/skeleton'
import { showToast } from '../ui/toast'
import { roomLink } from './room-link'
import { roomTitle } from './room-title'

type RowActions = {
  onRename: (room: RoomInList) => void
  onDelete: (room: RoomInList) => void
}

type RoomTableProps = RowActions & { rooms: readonly RoomInList[]; loading: boolean; now: Date }

export function RoomTable({ rooms, loading, now, ...actions }: RoomTableProps) {
  const { columns } = homeText
  return (
    <table className="rooms" aria-busy={loading}>
      <thead>
        <tr>
          <th scope="col">{columns.title}</th>
          <th scope="col" className="col-here">
            {columns.here}
          </th>
          <th scope="col" className="col-activity">
            {columns.activity}
          </th>
          <th scope="col" className="col-role">
            {columns.role}
          </th>
          <th scope="col" className="col-menu">
            <span className="sr">{columns.menu}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {loading
          ? skeletonWidths.map((width, index) => <SkeletonRow key={index} width={width} />)
          : rooms.map((room) => <Row key={room.room_id} room={room} now={now} {...actions} />)}
      </tbody>
    </table>
  )
}

const skeletonWidths = ['240px', '180px', '210px', '150px', '230px', '190px']

function SkeletonRow({ width }: { width: string }) {
  return (
    <tr className="late" aria-hidden="true">
      <td>
        <div className="name">
          <Bone width="28px" />
          <Bone width={width} />
        </div>
      </td>
      <td>
        <Bone width="44px" />
      </td>
      <td>
        <Bone width="64px" />
      </td>
      <td>
        <Bone width="44px" />
      </td>
      <td />
    </tr>
  )
}

function Row({ room, now, ...actions }: RowActions & { room: RoomInList; now: Date }) {
  const title = roomTitle(room, now)
  const active = new Date(room.updated_at || room.created_at)
  const known = !Number.isNaN(active.getTime())
  const here = room.online.length > 0
  return (
    <tr className="room-row" onPointerEnter={prefetchRoom}>
      <td>
        <div className="name">
          <LanguageSign id={room.language} />
          <Link className="cut" to={`/r/${room.room_id}`} onFocus={prefetchRoom}>
            {title}
          </Link>
        </div>
      </td>
      <td>
        <HereNow people={room.online} />
      </td>
      <td className={here ? 'num' : 'num muted'}>
        {known && (
          <time dateTime={active.toISOString()} title={active.toLocaleString()}>
            {formatAgo(active, now)}
          </time>
        )}
      </td>
      <td className="muted">{common.roles[room.role]}</td>
      <td>
        <RowMenu room={room} title={title} {...actions} />
      </td>
    </tr>
  )
}

const avatarsShown = 4

function HereNow({ people }: { people: RoomInList['online'] }) {
  if (people.length === 0) return <span className="sr">{homeText.nobody}</span>
  const rest = people.length - avatarsShown
  return (
    <span className="here">
      <span className="stack">
        {people.slice(0, avatarsShown).map((person) => (
          <Avatar key={person.userId} name={person.name} slot={person.color_slot} />
        ))}
        {rest > 0 && (
          <span className="more" aria-hidden="true">
            {homeText.more(rest)}
          </span>
        )}
      </span>
      <span className="sr">{people.map((person) => person.name).join(', ')}</span>
    </span>
  )
}

type RowMenuProps = RowActions & { room: RoomInList; title: string }

function RowMenu({ room, title, onRename, onDelete }: RowMenuProps) {
  const navigate = useNavigate()
  const trigger = useRef<HTMLButtonElement>(null)
  /** A dialog gives the focus back to where it was: the button, not an entry that is gone. */
  function ask(about: (room: RoomInList) => void) {
    trigger.current?.focus()
    about(room)
  }
  async function copyLink() {
    const copied = await copyText(roomLink(room.room_id))
    if (copied) showToast(homeText.linkCopied[room.visibility], 'check')
    else showToast(common.linkNotCopied, 'warn')
  }
  return (
    <Menu withinPortal={false}>
      <Menu.Target>
        <IconButton ref={trigger} icon="more" label={homeText.options(title)} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<Icon name="right" />}
          onClick={() => void navigate(`/r/${room.room_id}`)}
        >
          {homeText.open}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="copy" />} onClick={() => void copyLink()}>
          {common.copyLink}
        </Menu.Item>
        {room.role === 'owner' && (
          <>
            <Menu.Item leftSection={<Icon name="pencil" />} onClick={() => ask(onRename)}>
              {homeText.rename}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              className="danger"
              leftSection={<Icon name="cross" />}
              onClick={() => ask(onDelete)}
            >
              {homeText.delete}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
