import { Menu } from '@mantine/core'
import { useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { useSession, useSessionStore } from '../session/session-context'
import type { SessionUser } from '../session/session'
import { SettingsDialog } from '../settings/settings-dialog'
import { common } from '../text/common'
import { homeText } from '../text/home'
import { Avatar } from '../ui/avatar'
import { Button, IconButton } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { Icon } from '../ui/icon'

/** Settings and account, at the right end of the top bar. */
export function HomeTools() {
  const session = useSession()
  const [settingsOpen, setSettingsOpen] = useState(false)
  return (
    <>
      <IconButton icon="gear" label={common.settings} onClick={() => setSettingsOpen(true)} />
      {session.phase === 'signed_in' && <AccountMenu user={session.user} />}
      <SettingsDialog opened={settingsOpen} onClose={() => setSettingsOpen(false)} />
    </>
  )
}

function AccountMenu({ user }: { user: SessionUser }) {
  const store = useSessionStore()
  const navigate = useNavigate()
  const [leaving, setLeaving] = useState(false)
  const trigger = useRef<HTMLButtonElement>(null)

  function askToLeave() {
    trigger.current?.focus()
    setLeaving(true)
  }

  async function leave() {
    setLeaving(false)
    await store?.signOut()
    void navigate('/')
  }

  return (
    <>
      <Menu withinPortal={false}>
        <Menu.Target>
          <Button ref={trigger} size="xs" kind="quiet">
            <Avatar name={user.name} slot={1} />
            <span className="sr">{homeText.account}</span>
            <span className="cut user-name">{user.name}</span>
            <Icon name="down" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{user.isGuest ? homeText.guest : user.email}</Menu.Label>
          {user.isGuest && (
            <>
              <Menu.Item onClick={() => void navigate('/sign-up')}>{homeText.keepRooms}</Menu.Item>
              <Menu.Item onClick={() => void navigate('/sign-in')}>{homeText.signIn}</Menu.Item>
              <Menu.Divider />
            </>
          )}
          <Menu.Item onClick={() => (user.isGuest ? askToLeave() : void leave())}>
            {homeText.signOut}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Dialog
        opened={leaving}
        onClose={() => setLeaving(false)}
        title={homeText.leaveTitle}
        width={440}
      >
        <div className="sec">
          <p className="lead">{homeText.leaveBody}</p>
          <div className="acts">
            <Button onClick={() => setLeaving(false)} data-autofocus>
              {common.cancel}
            </Button>
            <Button kind="danger" onClick={() => void leave()}>
              {homeText.signOut}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}
