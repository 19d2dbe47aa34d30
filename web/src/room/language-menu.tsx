import { Popover } from '@mantine/core'
import { useState } from 'react'
import type { Runtime } from '../contract/rest'
import { languageText } from '../text/room'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { Icon } from '../ui/icon'
import { languageName } from '../ui/language-sign'
import { showToast } from '../ui/toast'
import { LanguageList } from './language-list'
import { rememberLanguage } from './last-languages'
import { useRoom, useRoomState, useRoomUi } from './room-context'
import { canEdit } from './room-data'
import { findRuntime, runtimeName, useRuntimes } from './use-runtimes'

/** Which language the room is in, and the way to another one. */
export function LanguageMenu() {
  const language = useRoomState((state) => state.data.language)
  const data = useRoomState((state) => state.data)
  const isSynced = useRoomState((state) => state.link.phase === 'synced')
  const runtimes = useRuntimes()
  const [opened, setOpened] = useState(false)
  const [asked, setAsked] = useState<Runtime | null>(null)
  const change = useChangeLanguage(runtimes)
  const current = findRuntime(runtimes, language)
  const name = current ? runtimeName(current) : languageName(language)
  const reason = !isSynced
    ? languageText.reasons.offline
    : data.role === 'viewer'
      ? languageText.reasons.viewer
      : canEdit(data)
        ? undefined
        : languageText.reasons.locked

  function choose(runtime: Runtime) {
    setOpened(false)
    if (runtime.language === current?.language) return
    if (change.needsAsking()) setAsked(runtime)
    else void change.to(runtime, true)
  }

  return (
    <>
      <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
        <Popover.Target>
          <Button
            size="xs"
            kind="quiet"
            className="language"
            aria-haspopup="listbox"
            aria-expanded={opened}
            aria-label={languageText.languageIs(name)}
            unavailable={reason}
            onClick={() => setOpened(!opened)}
          >
            {name}
            <Icon name="down" />
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <LanguageList runtimes={runtimes} current={current?.language} onChoose={choose} />
        </Popover.Dropdown>
      </Popover>
      <Dialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={languageText.changeTitle(asked ? languageName(asked.language) : '')}
        width={440}
      >
        <div className="sec">
          <p className="lead">{languageText.changeBody}</p>
          <div className="acts">
            <Button
              onClick={() => {
                setAsked(null)
                if (asked) void change.to(asked, true)
              }}
            >
              {languageText.useStarter(asked ? languageName(asked.language) : '')}
            </Button>
            <Button
              kind="main"
              onClick={() => {
                setAsked(null)
                if (asked) void change.to(asked, false)
              }}
            >
              {languageText.keep}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}

function useChangeLanguage(runtimes: readonly Runtime[] | undefined) {
  const { session } = useRoom()
  const { editor } = useRoomUi()
  return {
    /** Only code that somebody wrote is worth a question. */
    needsAsking: () => {
      const text = session.document.text.trim()
      return text !== '' && !runtimes?.some(({ starter }) => starter?.trim() === text)
    },
    to: async (runtime: Runtime, withStarter: boolean) => {
      const ack = await session.changeLanguage(runtime.language)
      if (!ack.ok) {
        showToast(ack.error.message || languageText.failed, 'warn')
        return
      }
      rememberLanguage(runtime.language)
      if (withStarter && runtime.starter !== undefined) editor?.replaceText(runtime.starter)
      editor?.focus()
    },
  }
}
