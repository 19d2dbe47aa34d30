import { useEffect, useId, useState } from 'react'
import { patchRoom } from '../api/rooms'
import type { PatchRoomBody } from '../contract/rest'
import { roomLink } from '../home/room-link'
import { MemberList } from '../people/member-list'
import { shareText } from '../text/room'
import { common } from '../text/common'
import { Button } from '../ui/button'
import { copyText } from '../ui/clipboard'
import { Dialog } from '../ui/dialog'
import { ProblemLine } from '../ui/field'
import { Icon } from '../ui/icon'
import { useRoom, useRoomState } from './room-context'

export function ShareDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title={shareText.title}>
      {opened && <ShareSections />}
    </Dialog>
  )
}

function ShareSections() {
  const { session } = useRoom()
  useEffect(() => {
    void session.refetch()
  }, [session])
  const isOwner = useRoomState((state) => state.data.role === 'owner')
  return (
    <>
      <LinkSection />
      {isOwner && <AccessSection />}
      <div className="sec members">
        <h3>{shareText.members}</h3>
        <MemberList />
      </div>
    </>
  )
}

function LinkSection() {
  const { session } = useRoom()
  const id = useId()
  const visibility = useRoomState((state) => state.data.visibility)
  const defaultRole = useRoomState((state) => state.data.defaultRole)
  const [copied, setCopied] = useState<boolean>()
  const link = roomLink(session.roomId)
  return (
    <div className="sec">
      <div className="field">
        <label htmlFor={id}>{shareText.link}</label>
        <div className="link-row">
          <div className="input mono grow">
            <input
              id={id}
              readOnly
              data-autofocus
              value={link.replace(/^https?:\/\//, '')}
              onFocus={(event) => event.target.select()}
            />
          </div>
          <Button
            kind="main"
            icon="copy"
            onClick={() => void copyText(link).then((done) => setCopied(done))}
          >
            {shareText.copy}
          </Button>
        </div>
      </div>
      <p className="foot-note" role="status">
        {copied !== undefined && (
          <>
            <Icon name={copied ? 'check' : 'warn'} />
            {copied ? shareText.copied(visibility, defaultRole) : common.linkNotCopied}
          </>
        )}
      </p>
    </div>
  )
}

function AccessSection() {
  const { session } = useRoom()
  const visibility = useRoomState((state) => state.data.visibility)
  const defaultRole = useRoomState((state) => state.data.defaultRole)
  const [problem, setProblem] = useState<string>()

  async function patch(body: PatchRoomBody) {
    setProblem(undefined)
    const result = await patchRoom(session.roomId, body)
    if (result.ok) session.learn(result.value)
    else setProblem(result.error.message || shareText.saveFailed)
  }

  return (
    <div className="sec">
      <div className="pair">
        <Choice
          label={shareText.newcomer}
          value={defaultRole}
          options={[
            { value: 'editor', label: shareText.canEdit },
            { value: 'viewer', label: shareText.canView },
          ]}
          onChange={(value) => void patch({ default_role: value })}
        />
        <Choice
          label={shareText.openTo}
          value={visibility}
          options={[
            { value: 'link', label: shareText.anyone },
            { value: 'private', label: shareText.membersOnly },
          ]}
          onChange={(value) => void patch({ visibility: value })}
        />
      </div>
      {problem !== undefined && <ProblemLine>{problem}</ProblemLine>}
    </div>
  )
}

type ChoiceProps<T extends string> = {
  label: string
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const name = useId()
  return (
    <fieldset className="field">
      <legend>{label}</legend>
      <div className="choice">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
