import { Menu } from '@mantine/core'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { removeMember, setMemberRole } from '../api/rooms'
import type { Role } from '../contract/events'
import { roomLink } from '../home/room-link'
import { useRoom, useRoomState, useRoomUi } from '../room/room-context'
import { peopleIn } from '../room/room-data'
import type { Person } from '../room/room-data'
import { common } from '../text/common'
import { peopleText } from '../text/room'
import { Avatar } from '../ui/avatar'
import { Button, IconButton } from '../ui/button'
import { copyText } from '../ui/clipboard'
import { Dialog } from '../ui/dialog'
import { showToast } from '../ui/toast'
import { shownName } from './shown-name'
import './people.css'

/** Who is here. `closeButton` where the panel can be closed. */
export function PeoplePanel({ closeButton }: { closeButton: ReactNode }) {
  const data = useRoomState((state) => state.data)
  const away = useRoomState((state) => state.away)
  const people = peopleIn(data, away)
  const isAlone = people.length <= 1
  return (
    <section className="people-list" aria-label={peopleText.people}>
      <div className="pane-head">
        <h2>
          {peopleText.people}
          {!isAlone && <span className="count soft">{people.length}</span>}
        </h2>
        <span className="grow" />
        {closeButton}
      </div>
      <ul>
        {people.map((person) => (
          <PersonRow key={person.userId} person={person} canManage={data.role === 'owner'} />
        ))}
      </ul>
      {isAlone && <Alone />}
    </section>
  )
}

function Alone() {
  const { session } = useRoom()
  async function copy() {
    const copied = await copyText(roomLink(session.roomId))
    showToast(copied ? common.linkCopied : common.linkNotCopied, copied ? 'check' : 'warn')
  }
  return (
    <div className="alone">
      <p className="muted">{peopleText.onlyYou}</p>
      <Button size="xs" icon="copy" onClick={() => void copy()}>
        {common.copyLink}
      </Button>
    </div>
  )
}

function PersonRow({ person, canManage }: { person: Person; canManage: boolean }) {
  const { isMe, role, tabs, isAway } = person
  const name = shownName(person.name)
  const details = [
    isMe ? peopleText.you : '',
    role ? peopleText.roles[role] : '',
    tabs > 1 ? peopleText.tabs(tabs) : '',
    isAway ? peopleText.away : '',
  ].filter(Boolean)
  return (
    <li className="person">
      <Avatar name={person.name} slot={person.slot} away={isAway} />
      <span className="name cut">{name}</span>
      <span className="role grow cut">{details.join(', ')}</span>
      {!isMe && <PersonMenu person={person} name={name} canManage={canManage} />}
    </li>
  )
}

type PersonMenuProps = { person: Person; name: string; canManage: boolean }

function PersonMenu({ person, name, canManage }: PersonMenuProps) {
  const { session } = useRoom()
  const { editor, setPane } = useRoomUi()
  const [isAsking, setAsking] = useState(false)
  const roles = (['owner', 'editor', 'viewer'] as const).filter((role) => role !== person.role)

  function goToCaret() {
    const sids = session
      .getState()
      .data.participants.filter(({ userId }) => userId === person.userId)
      .map(({ sid }) => sid)
    const cursor = session.cursors.all.find(({ sid }) => sids.includes(sid))
    if (!cursor) return
    setPane('code')
    editor?.goToOffset(cursor.head)
  }
  async function make(role: Role) {
    const result = await setMemberRole(session.roomId, person.userId, { role })
    if (!result.ok) showToast(result.error.message || peopleText.roleFailed, 'warn')
    await session.refetch()
  }
  async function remove() {
    setAsking(false)
    const result = await removeMember(session.roomId, person.userId)
    if (!result.ok) showToast(result.error.message || peopleText.removeFailed, 'warn')
  }

  return (
    <>
      {/* In the panel and not at the page's end, where it would stand in no landmark. */}
      <Menu withinPortal={false}>
        <Menu.Target>
          <IconButton icon="more" label={peopleText.optionsFor(name)} tiny />
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={goToCaret}>{peopleText.goToCaret(name)}</Menu.Item>
          {canManage && (
            <>
              <Menu.Divider />
              {roles.map((role) => (
                <Menu.Item key={role} onClick={() => void make(role)}>
                  {peopleText.make[role]}
                </Menu.Item>
              ))}
              <Menu.Item className="danger" onClick={() => setAsking(true)}>
                {peopleText.remove}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Dialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={peopleText.removeTitle(name)}
        width={440}
      >
        <div className="sec">
          <p className="lead">{peopleText.removeBody}</p>
          <div className="acts">
            <Button onClick={() => setAsking(false)}>{common.cancel}</Button>
            <Button kind="danger" onClick={() => void remove()}>
              {peopleText.remove}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}
