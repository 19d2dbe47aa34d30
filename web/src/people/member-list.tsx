import { Menu } from '@mantine/core'
import { useState } from 'react'
import { removeMember, setMemberRole } from '../api/rooms'
import type { Role } from '../contract/events'
import type { Member } from '../contract/rest'
import { slotOf } from '../room/room-data'
import { useRoom, useRoomState } from '../room/room-context'
import { common } from '../text/common'
import { peopleText, shareText } from '../text/room'
import { Avatar } from '../ui/avatar'
import { Button } from '../ui/button'
import { ProblemLine } from '../ui/field'
import { Icon } from '../ui/icon'
import { Bone } from '../ui/skeleton'
import { shownName } from './shown-name'

const roles: readonly Role[] = ['owner', 'editor', 'viewer']

/** Everybody who may enter; owners decide as what, and whether. */
export function MemberList() {
  const members = useRoomState((state) => state.data.members)
  const data = useRoomState((state) => state.data)
  const [problem, setProblem] = useState<string>()
  if (members.length === 0) {
    return (
      <div className="late">
        <Bone width="180px" />
      </div>
    )
  }
  const me = data.me?.userId
  const sorted = [...members].sort((a, b) => rank(a, me) - rank(b, me))
  return (
    <>
      <ul>
        {sorted.map((member) => (
          <MemberRow
            key={member.user_id}
            member={member}
            isMe={member.user_id === me}
            slot={slotOfMember(member, data.participants)}
            canManage={data.role === 'owner'}
            onProblem={setProblem}
          />
        ))}
      </ul>
      {problem !== undefined && <ProblemLine>{problem}</ProblemLine>}
    </>
  )
}

function rank({ user_id, role }: Member, me: string | undefined): number {
  return user_id === me ? -1 : roles.indexOf(role)
}

function slotOfMember(
  { user_id }: Member,
  participants: readonly { userId: string; color_slot?: number }[],
): number {
  return slotOf(participants.find(({ userId }) => userId === user_id) ?? { userId: user_id })
}

type MemberRowProps = {
  member: Member
  isMe: boolean
  slot: number
  canManage: boolean
  onProblem: (problem: string | undefined) => void
}

function MemberRow({ member, isMe, slot, canManage, onProblem }: MemberRowProps) {
  const { session } = useRoom()
  const name = shownName(member.name)

  async function change(role: Role) {
    onProblem(undefined)
    const result = await setMemberRole(session.roomId, member.user_id, { role })
    if (!result.ok) onProblem(result.error.message || peopleText.roleFailed)
    await session.refetch()
  }
  async function remove() {
    onProblem(undefined)
    const result = await removeMember(session.roomId, member.user_id)
    if (!result.ok) onProblem(result.error.message || peopleText.removeFailed)
    await session.refetch()
  }

  return (
    <li className="person">
      <Avatar name={member.name} slot={slot} size="lg" />
      <span className="name cut">{name}</span>
      <span className="grow muted">{isMe ? peopleText.you : ''}</span>
      {isMe || !canManage ? (
        <span className="muted member-role">{common.roles[member.role]}</span>
      ) : (
        <>
          <Menu>
            <Menu.Target>
              <Button
                size="xs"
                kind="quiet"
                className="member-role"
                aria-label={shareText.roleOf(name, common.roles[member.role])}
              >
                {common.roles[member.role]}
                <Icon name="down" />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {roles.map((role) => (
                <Menu.Item key={role} onClick={() => void change(role)}>
                  {common.roles[role]}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          <Button
            size="xs"
            kind="quiet"
            aria-label={shareText.removeName(name)}
            onClick={() => void remove()}
          >
            {shareText.remove}
          </Button>
        </>
      )}
    </li>
  )
}
