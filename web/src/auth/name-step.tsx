import { useEffect, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { To } from 'react-router'
import { previewRoom } from '../api/rooms'
import type { Preview } from '../contract/rest'
import { nameLengthMax } from '../session/session'
import { useAuthSettings, useSessionStore } from '../session/session-context'
import { settings } from '../settings/settings'
import { authText } from '../text/auth'
import { nameStepText } from '../text/name-step'
import { Avatar } from '../ui/avatar'
import { Button, LinkButton } from '../ui/button'
import { ProblemLine, TextField } from '../ui/field'
import { useTitle } from '../ui/page'
import { RoomSkeleton } from '../ui/room-skeleton'
import { checkEntry } from './entry-form'
import './name-step.css'
import { unreachable } from './sign-in-form'
import { useEntry } from './use-entry'

/** Stands before the room when nobody is signed in: one field, Enter joins. */
export function NameStep({ roomId }: { roomId: string }) {
  const { guests } = useAuthSettings()
  const preview = usePreview(roomId)
  const title = preview?.title ?? ''
  const present = preview?.present ?? []
  useTitle(title === '' ? nameStepText.noTitle : nameStepText.title(title))
  const signIn = { pathname: '/sign-in', search: `?next=${encodeURIComponent(`/r/${roomId}`)}` }
  return (
    <>
      <RoomSkeleton />
      <main className="name-layer" id="content">
        <div className="card name-card">
          <div>
            <h1>{title === '' ? nameStepText.noTitle : title}</h1>
            {present.length > 0 && (
              <p className="present">
                <span className="stack">
                  {present.slice(0, 3).map((name, index) => (
                    <Avatar key={index} name={name} slot={index + 1} />
                  ))}
                </span>
                {nameStepText.present(present)}
              </p>
            )}
          </div>
          {guests ? (
            <NameForm roomId={roomId} signIn={signIn} />
          ) : (
            <>
              <p className="lead">{nameStepText.noGuests}</p>
              <LinkButton kind="main" to={signIn}>
                {authText.signIn}
              </LinkButton>
              <p className="recorded">{nameStepText.recorded}</p>
            </>
          )}
        </div>
      </main>
    </>
  )
}

type NameFormProps = { roomId: string; signIn: To }

function NameForm({ roomId, signIn }: NameFormProps) {
  const navigate = useNavigate()
  const store = useSessionStore()
  const entry = useEntry(
    { name: settings.get().guestName, email: '', password: '' },
    (values) =>
      checkEntry(values, { name: true, email: false, password: false, newPassword: false }),
    async ({ name }) => {
      settings.update({ guestName: name.trim() })
      return store ? store.signInAsGuest(name) : unreachable
    },
    // Being signed in opens the room by itself.
    () => undefined,
  )
  /** With this name already, so that nobody is asked for it again afterwards. */
  function practise() {
    const values = entry.check()
    if (!values) return
    settings.update({ guestName: values.name.trim() })
    void navigate('/practice', { state: { practiceFor: roomId } })
  }

  return (
    <>
      <form {...entry.formProps}>
        <TextField
          {...entry.field('name')}
          label={nameStepText.name}
          className="tall"
          maxLength={nameLengthMax}
          autoComplete="name"
          autoFocus
        />
        {entry.problem !== undefined && <ProblemLine>{entry.problem}</ProblemLine>}
        <Button kind="main" size="md" type="submit" busy={entry.busy}>
          {nameStepText.join}
        </Button>
      </form>
      <p className="recorded">{nameStepText.recorded}</p>
      <p className="other-ways">
        <button type="button" className="link" onClick={practise}>
          {nameStepText.practice}
        </button>
        <Link className="link" to={signIn}>
          {nameStepText.haveAccount}
        </Link>
      </p>
    </>
  )
}

/** Title and people, if the server tells; the step works without. */
function usePreview(roomId: string): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null)
  useEffect(() => {
    let listening = true
    void previewRoom(roomId).then((result) => {
      if (listening && result.ok) setPreview(result.value)
    })
    return () => {
      listening = false
    }
  }, [roomId])
  return preview
}
