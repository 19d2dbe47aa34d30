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

/** Why the language cannot be changed now; undefined when it can. */
function useWhyNot(): string | undefined {
  const data = useRoomState((state) => state.data)
  const isSynced = useRoomState((state) => state.link.phase === 'synced')
  if (!isSynced) return languageText.reasons.offline
  if (data.role === 'viewer') return languageText.reasons.viewer
  return canEdit(data) ? undefined : languageText.reasons.locked
}

/** Which language the room is in, and the way to another one. */
export function LanguageMenu() {
  const language = useRoomState((state) => state.data.language)
  const runtimes = useRuntimes()
  const [opened, setOpened] = useState(false)
  const [asked, setAsked] = useState<Runtime | null>(null)
  const change = useChangeLanguage(runtimes)
  const reason = useWhyNot()
  const current = findRuntime(runtimes, language)
  const name = current ? runtimeName(current) : languageName(language)

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
        {asked && (
          <KeepOrStart
            name={languageName(asked.language)}
            onChosen={(withStarter) => {
              setAsked(null)
              void change.to(asked, withStarter)
            }}
          />
        )}
      </Dialog>
    </>
  )
}

type LanguageChoiceProps = {
  /** The language about which the question stands. */
  asked: Runtime | null
  onAsk: (runtime: Runtime) => void
  onChosen: () => void
}

/** The list, and the question after it where there is code to keep: both in one dialog. */
export function LanguageChoice({ asked, onAsk, onChosen }: LanguageChoiceProps) {
  const language = useRoomState((state) => state.data.language)
  const runtimes = useRuntimes()
  const change = useChangeLanguage(runtimes)
  const reason = useWhyNot()
  const current = findRuntime(runtimes, language)

  function finish(runtime: Runtime, withStarter: boolean) {
    onChosen()
    void change.to(runtime, withStarter)
  }
  function choose(runtime: Runtime) {
    if (runtime.language === current?.language) onChosen()
    else if (change.needsAsking()) onAsk(runtime)
    else finish(runtime, true)
  }

  if (reason !== undefined) return <p className="lead">{reason}</p>
  if (!asked)
    return <LanguageList runtimes={runtimes} current={current?.language} onChoose={choose} />
  const name = languageName(asked.language)
  return <KeepOrStart name={name} onChosen={(withStarter) => finish(asked, withStarter)} />
}

type KeepOrStartProps = { name: string; onChosen: (withStarter: boolean) => void }

function KeepOrStart({ name, onChosen }: KeepOrStartProps) {
  return (
    <div className="sec">
      <p className="lead">{languageText.changeBody}</p>
      <div className="acts">
        <Button onClick={() => onChosen(true)}>{languageText.useStarter(name)}</Button>
        <Button kind="main" data-autofocus onClick={() => onChosen(false)}>
          {languageText.keep}
        </Button>
      </div>
    </div>
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
