import { useEffect, useEffectEvent, useState } from 'react'
import type { ReactNode } from 'react'
import { useLocation } from 'react-router'
import { common } from '../text/common'
import { authText } from '../text/auth'
import { endedText } from '../text/ended'
import { Button, LinkButton } from '../ui/button'
import { Page } from '../ui/page'
import { Sign } from './sign'
import './ended.css'

export type EndedKind =
  | 'not-found'
  | 'removed'
  | 'deleted'
  | 'full'
  | 'session-over'
  | 'too-old'
  | 'crashed'
  | 'unreachable'
  | 'no-page'
  | 'no-practice'

export type EndedScreenProps = {
  kind: EndedKind
  /** When it happened, where that is told. */
  at?: Date | undefined
  /** What went wrong, for `no-practice`. */
  detail?: string | undefined
  /** How many people are connected, for `full`. */
  people?: number | undefined
  /** What "Try again" does, for `unreachable` and `no-practice`; for `full` it runs by itself every 10 s. */
  onRetry?: () => void
  /** What "Sign in" does, for `session-over`; without it, it leads to the sign-in page. */
  onSignIn?: () => void
}

/** A room that cannot go on, or a page that is not there: what happened and one way on. */
export function EndedScreen(props: EndedScreenProps) {
  const { kind } = props
  const { title, body, actions } = useFace(props)
  return (
    <Page title={title}>
      <main className="ended" tabIndex={-1} id="content">
        <Sign missing={kind === 'removed' ? 'lower' : kind === 'deleted' ? 'both' : 'upper'} />
        <h1>{title}</h1>
        <p>{body}</p>
        <div className="acts">{actions}</div>
      </main>
    </Page>
  )
}

type Face = { title: string; body: ReactNode; actions: ReactNode }

function useFace({ kind, at, detail, people, onRetry, onSignIn }: EndedScreenProps): Face {
  const location = useLocation()
  const signIn = { pathname: '/sign-in', search: `?next=${encodeURIComponent(location.pathname)}` }
  const start = (
    <LinkButton kind="main" to="/">
      {common.goToStart}
    </LinkButton>
  )
  const again = (
    <Button kind="main" onClick={onRetry ?? (() => window.location.reload())}>
      {common.tryAgain}
    </Button>
  )
  const reload = (
    <Button kind="main" onClick={() => window.location.reload()}>
      {common.reload}
    </Button>
  )
  switch (kind) {
    case 'not-found':
      return {
        ...endedText.notFound,
        actions: (
          <>
            {start}
            <LinkButton to={signIn} state={{ switching: true }}>
              {endedText.otherAccount}
            </LinkButton>
          </>
        ),
      }
    case 'removed':
      return { title: endedText.removed.title, body: endedText.removed.body(at), actions: start }
    case 'deleted':
      return { ...endedText.deleted, actions: start }
    case 'full':
      return {
        title: endedText.full.title,
        body: endedText.full.body(people),
        actions: <RetrySoon onRetry={onRetry} />,
      }
    case 'session-over':
      return {
        ...endedText.sessionOver,
        actions: onSignIn ? (
          <Button kind="main" onClick={onSignIn}>
            {authText.signIn}
          </Button>
        ) : (
          <LinkButton kind="main" to={signIn}>
            {authText.signIn}
          </LinkButton>
        ),
      }
    case 'unreachable':
      return { ...endedText.unreachable, actions: again }
    case 'no-practice':
      return { title: endedText.noPractice, body: detail, actions: again }
    case 'too-old':
      return { ...endedText.tooOld, actions: reload }
    case 'crashed':
      return { ...endedText.crashed, actions: reload }
    case 'no-page':
      return { ...endedText.noPage, actions: start }
  }
}

const retrySeconds = 10

/** Counts down in sight and tries by itself. */
function RetrySoon({ onRetry }: { onRetry: (() => void) | undefined }) {
  const [left, setLeft] = useState(retrySeconds)
  const retry = useEffectEvent(() => onRetry?.())
  useEffect(() => {
    let seconds = retrySeconds
    const timer = setInterval(() => {
      seconds -= 1
      if (seconds === 0) {
        seconds = retrySeconds
        retry()
      }
      setLeft(seconds)
    }, 1000)
    return () => clearInterval(timer)
  }, [])
  return (
    <>
      <LinkButton kind="main" to="/">
        {common.goToStart}
      </LinkButton>
      <Button onClick={onRetry}>{common.tryAgain}</Button>
      <span className="muted num retry-note">{endedText.full.again(left)}</span>
    </>
  )
}
