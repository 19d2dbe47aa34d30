import { useState } from 'react'
import { Link } from 'react-router'
import { common } from '../text/common'
import { authText } from '../text/auth'
import { landingText } from '../text/landing'
import { Button, LinkButton } from '../ui/button'
import { Page } from '../ui/page'
import { DemoCaret, DemoWindow } from './demo-window'
import { GuestRoomDialog } from './guest-room-dialog'
import './landing.css'
import { PasteLink } from './paste-link'

type LandingProps = {
  /** Makes a guest of this name and their room. Answers what went wrong, or undefined. */
  onNewRoom: (name: string) => Promise<string | undefined>
  /** The name was not given after all. */
  onGiveUp: () => void
  /** Where the server takes no guests, "New room" leads to the sign-in. */
  guests: boolean
}

/** What somebody sees who is not signed in. */
export function Landing({ onNewRoom, onGiveUp, guests }: LandingProps) {
  const [asking, setAsking] = useState(false)
  const [first, second] = landingText.sentence
  return (
    <Page title={landingText.title} wide>
      <main className="landing" tabIndex={-1} id="content">
        <div>
          <h1>
            <span>
              {first}
              <span aria-hidden="true">
                <DemoCaret name="Ada" slot={1} />
              </span>
            </span>{' '}
            <span>
              {second}
              <span aria-hidden="true">
                <DemoCaret name="Ben" slot={2} />
              </span>
            </span>
          </h1>
          <p className="lead">{landingText.lead}</p>
          <div className="acts">
            {guests ? (
              <Button kind="main" size="md" onClick={() => setAsking(true)}>
                {common.newRoom}
              </Button>
            ) : (
              <LinkButton kind="main" size="md" to="/sign-in">
                {common.newRoom}
              </LinkButton>
            )}
            <LinkButton size="md" to="/sign-in">
              {authText.signIn}
            </LinkButton>
          </div>
          <PasteLink />
          {guests && (
            <Link className="try-editor" to="/practice">
              {landingText.tryEditor}
            </Link>
          )}
        </div>
        <DemoWindow />
      </main>
      <GuestRoomDialog
        opened={asking}
        onSubmit={onNewRoom}
        onClose={() => {
          setAsking(false)
          onGiveUp()
        }}
      />
    </Page>
  )
}
