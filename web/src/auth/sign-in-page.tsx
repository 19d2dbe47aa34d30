import { useState } from 'react'
import { Link, Navigate, useLocation, useNavigate } from 'react-router'
import { entryGate } from '../session/gates'
import { useAuthSettings, useSession } from '../session/session-context'
import { authText } from '../text/auth'
import { Button } from '../ui/button'
import { Page } from '../ui/page'
import { GuestForm } from './guest-form'
import { SignInForm } from './sign-in-form'
import { isSwitching, useNext } from './use-next'

export function SignInPage() {
  const session = useSession()
  const { guests, signUps } = useAuthSettings()
  const navigate = useNavigate()
  const location = useLocation()
  const next = useNext()
  const [asGuest, setAsGuest] = useState(false)
  const gate = entryGate(session, isSwitching(location.state))
  if (gate === 'through') return <Navigate to={next} replace />

  const go = () => void navigate(next, { replace: true })
  // A room asks for the name itself, and shows what is recorded there.
  const continueAsGuest = () => (next.startsWith('/r/') ? go() : setAsGuest(true))
  const isGuest = session.phase === 'signed_in' && session.user.isGuest

  return (
    <Page title={authText.signIn}>
      <main className="door" tabIndex={-1} id="content">
        {asGuest ? (
          <GuestForm onDone={go} onBack={() => setAsGuest(false)} />
        ) : (
          <SignInForm className="card" onDone={go} title={<h1>{authText.signIn}</h1>}>
            {guests && !isGuest && (
              <>
                <div className="or">{authText.or}</div>
                <Button onClick={continueAsGuest}>{authText.asGuest}</Button>
              </>
            )}
            {signUps && (
              <p className="below">
                {authText.newHere}{' '}
                <Link to={{ pathname: '/sign-up', search: location.search }} replace>
                  {authText.signUp}
                </Link>
              </p>
            )}
          </SignInForm>
        )}
      </main>
    </Page>
  )
}
