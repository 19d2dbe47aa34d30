import { useEffect, useId, useState } from 'react'
import { listRuntimes } from '../api/rooms'
import { useServices } from '../app/services'
import type { CreateRoomBody, Runtime } from '../contract/rest'
import { common } from '../text/common'
import { homeText } from '../text/home'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { ProblemLine, TextField } from '../ui/field'
import { Icon } from '../ui/icon'
import { languageName } from '../ui/language-sign'
import { lastLanguages, rememberLanguage } from '../room/last-languages'

type NewRoomDialogProps = {
  opened: boolean
  onClose: () => void
  /** Answers what went wrong, or undefined. */
  onSubmit: (body: CreateRoomBody) => Promise<string | undefined>
}

/** A new room with a title and a language from the start. */
export function NewRoomDialog({ opened, onClose, onSubmit }: NewRoomDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={homeText.newRoomTitle} width={440}>
      <NewRoomForm onClose={onClose} onSubmit={onSubmit} />
    </Dialog>
  )
}

function NewRoomForm({ onClose, onSubmit }: Omit<NewRoomDialogProps, 'opened'>) {
  const languageId = useId()
  const services = useServices()
  const runtimes = useRuntimes()
  const [title, setTitle] = useState('')
  const [language, setLanguage] = useState<string>()
  const chosen = language ?? usualLanguage(runtimes)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function submit() {
    if (busy) return
    setBusy(true)
    if (chosen !== '') rememberLanguage(chosen)
    const failed = await onSubmit({
      ...(title.trim() !== '' && { title: title.trim() }),
      ...(chosen !== '' && { language: chosen }),
    })
    setBusy(false)
    setProblem(failed)
  }

  return (
    <form
      className="sec"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <TextField
        label={homeText.newRoomField}
        hint={homeText.newRoomHint}
        value={title}
        maxLength={services?.config.limits.title_units_max}
        autoComplete="off"
        data-autofocus
        onChange={(event) => setTitle(event.target.value)}
      />
      <div className="field">
        <label htmlFor={languageId}>{homeText.language}</label>
        <span className="select-box">
          <select
            id={languageId}
            className="input"
            value={chosen}
            onChange={(event) => setLanguage(event.target.value)}
          >
            {runtimes.length === 0 && <option value="">{homeText.languageUsual}</option>}
            {runtimes.map((runtime) => (
              <option key={runtime.language} value={runtime.language}>
                {runtime.display ?? languageName(runtime.language)}
              </option>
            ))}
          </select>
          <Icon name="down" />
        </span>
      </div>
      {problem !== undefined && <ProblemLine>{problem}</ProblemLine>}
      <div className="acts">
        <Button onClick={onClose}>{common.cancel}</Button>
        <Button kind="main" type="submit" busy={busy}>
          {homeText.create}
        </Button>
      </div>
    </form>
  )
}

/** The one used last on this device, else Python, else the first there is. */
function usualLanguage(runtimes: readonly Runtime[]): string {
  const has = (id: string) => runtimes.some(({ language }) => language === id)
  return [...lastLanguages(), 'python'].find(has) ?? runtimes[0]?.language ?? ''
}

/** The runner's languages, one entry each; none until they are known. */
function useRuntimes(): readonly Runtime[] {
  const [runtimes, setRuntimes] = useState<readonly Runtime[]>([])
  useEffect(() => {
    let listening = true
    void listRuntimes().then((result) => {
      if (!listening || !result.ok) return
      const byLanguage = new Map(result.value.map((runtime) => [runtime.language, runtime]))
      setRuntimes([...byLanguage.values()])
    })
    return () => {
      listening = false
    }
  }, [])
  return runtimes
}
