import { useState } from 'react'
import type { ReactNode } from 'react'
import { Link, Navigate, useLocation, useNavigate } from 'react-router'
import { entryGate } from '../session/gates'
import { nameLengthMax } from '../session/session'
import { useSession, useSessionStore } from '../session/session-context'
import { settings } from '../settings/settings'
import { authText } from '../text/auth'
import { Button } from '../ui/button'
import { ProblemLine, TextField } from '../ui/field'
import { Page } from '../ui/page'
import { checkEntry } from './entry-form'
import { unreachable } from './sign-in-form'
import { useEntry } from './use-entry'
import { isSwitching, useNext } from './use-next'

export function SignUpPage() {
  const session = useSession()
  const navigate = useNavigate()
  const location = useLocation()
  const next = useNext()
  const [confirming, setConfirming] = useState<string>()
  if (entryGate(session, isSwitching(location.state)) === 'through') {
    return <Navigate to={next} replace />
  }
  const signIn = { pathname: '/sign-in', search: location.search }
  return (
    <Page title={authText.signUp}>
      <main className="door" tabIndex={-1} id="content">
        {confirming === undefined ? (
          <SignUpForm
            isGuest={session.phase === 'signed_in'}
            onSignedIn={() => void navigate(next, { replace: true })}
            onConfirm={setConfirming}
          >
            <p className="below">
              {authText.haveAccount}{' '}
              <Link to={signIn} replace>
                {authText.signIn}
              </Link>
            </p>
          </SignUpForm>
        ) : (
          <div className="card" role="status">
            <h1>{authText.confirmTitle}</h1>
            <p className="lead">{authText.confirm(confirming)}</p>
            <p className="below">
              <Link to={signIn} replace>
                {authText.signIn}
              </Link>
            </p>
          </div>
        )}
      </main>
    </Page>
  )
}

type SignUpFormProps = {
  isGuest: boolean
  onSignedIn: () => void
  onConfirm: (email: string) => void
  children: ReactNode
}

function SignUpForm({ isGuest, onSignedIn, onConfirm, children }: SignUpFormProps) {
  const store = useSessionStore()
  const entry = useEntry(
    { name: settings.get().guestName, email: '', password: '' },
    (values) => checkEntry(values, { name: true, email: true, password: true, newPassword: true }),
    async ({ name, email, password }) =>
      store ? store.signUp(name, email, password) : unreachable,
    (outcome, { name, email }) => {
      settings.update({ guestName: name.trim() })
      if (outcome === 'confirm') onConfirm(email)
      else onSignedIn()
    },
  )
  return (
    <form className="card" {...entry.formProps}>
      <h1>{isGuest ? authText.keepRooms : authText.signUp}</h1>
      {isGuest && <p className="lead">{authText.keepRoomsWhy}</p>}
      <TextField
        {...entry.field('name')}
        label={authText.name}
        maxLength={nameLengthMax}
        autoComplete="name"
        autoFocus
      />
      <TextField
        {...entry.field('email')}
        label={authText.email}
        type="email"
        autoComplete="username"
      />
      <TextField
        {...entry.field('password')}
        label={authText.password}
        type="password"
        hint={authText.passwordHint}
        autoComplete="new-password"
      />
      {entry.problem !== undefined && <ProblemLine>{entry.problem}</ProblemLine>}
      <Button kind="main" type="submit" busy={entry.busy}>
        {authText.signUpAct}
      </Button>
      {children}
    </form>
  )
}
