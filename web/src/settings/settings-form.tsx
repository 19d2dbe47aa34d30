import { useId, useState } from 'react'
import { copyRows } from '../room/document/copy-rows'
import { nameLengthMax } from '../session/session'
import type { SessionUser } from '../session/session'
import { useSession, useSessionStore } from '../session/session-context'
import { authText } from '../text/auth'
import { settingsText } from '../text/settings'
import { Button } from '../ui/button'
import { TextField } from '../ui/field'
import { showToast } from '../ui/toast'
import { fontSizes, settings, useSettings } from './settings'
import './settings.css'
import { themeChoices } from './theme'
import type { Theme, ThemeChoice } from './theme'

/** All settings; on the page and in the dialog. Each holds at once, without a button. */
export function SettingsForm() {
  const session = useSession()
  return (
    <>
      <section className="sec" aria-label={settingsText.look}>
        <ThemeField />
        <FontSizeField />
        <p className="field-hint">{settingsText.kept}</p>
      </section>
      {session.phase === 'signed_in' && (
        <section className="sec" aria-label={settingsText.you}>
          <NameField key={session.user.id} user={session.user} />
        </section>
      )}
      <section className="sec" aria-label={settingsText.copies}>
        <LocalCopies />
      </section>
    </>
  )
}

function LocalCopies() {
  async function remove() {
    try {
      await copyRows.removeAll()
      showToast(settingsText.copiesDeleted, 'check')
    } catch {
      showToast(settingsText.copiesNotDeleted, 'warn')
    }
  }
  return (
    <div className="field">
      <p className="field-hint">{settingsText.copiesBody}</p>
      <div>
        <Button onClick={() => void remove()}>{settingsText.deleteCopies}</Button>
      </div>
    </div>
  )
}

function ThemeField() {
  const { theme } = useSettings()
  const name = useId()
  return (
    <fieldset className="field">
      <legend>{settingsText.theme}</legend>
      <div className="theme-choice">
        {themeChoices.map((choice) => (
          <label key={choice}>
            <input
              type="radio"
              name={name}
              checked={choice === theme}
              onChange={() => settings.update({ theme: choice })}
            />
            <ThemeTile choice={choice} />
            {settingsText.themes[choice]}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function ThemeTile({ choice }: { choice: ThemeChoice }) {
  const shown: readonly Theme[] = choice === 'system' ? ['light', 'dark'] : [choice]
  return (
    <span className="theme-tile" aria-hidden="true">
      {shown.map((theme) => (
        <span key={theme} data-theme={theme}>
          <span className="work">
            <i />
            <i />
            <i />
            <b />
          </span>
        </span>
      ))}
    </span>
  )
}

function FontSizeField() {
  const { fontSize } = useSettings()
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{settingsText.fontSize}</label>
      <div className="size-row">
        <input
          id={id}
          type="range"
          min={fontSizes.min}
          max={fontSizes.max}
          value={fontSize}
          aria-valuetext={settingsText.fontSizeValue(fontSize)}
          onChange={(event) => settings.update({ fontSize: event.target.valueAsNumber })}
        />
        <output htmlFor={id}>{settingsText.fontSizeValue(fontSize)}</output>
      </div>
      <div className="size-sample" style={{ fontSize }} aria-hidden="true">
        {settingsText.sample}
      </div>
    </div>
  )
}

function NameField({ user }: { user: SessionUser }) {
  const store = useSessionStore()
  const [name, setName] = useState(user.name)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  async function save() {
    if (busy || !store) return
    if (name.trim() === '') {
      setProblem(authText.nameMissing)
      return
    }
    setBusy(true)
    const result = await store.rename(name)
    setBusy(false)
    if (!result.ok) {
      setProblem(result.problem.message)
      return
    }
    settings.update({ guestName: name.trim() })
    showToast(settingsText.nameSaved, 'check')
  }

  return (
    <form
      noValidate
      className="field"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <div className="name-row">
        <TextField
          label={settingsText.name}
          hint={settingsText.nameHint}
          problem={problem}
          value={name}
          maxLength={nameLengthMax}
          autoComplete="name"
          onChange={(event) => {
            setName(event.target.value)
            setProblem(undefined)
          }}
        />
        <Button type="submit" busy={busy}>
          {settingsText.saveName}
        </Button>
      </div>
      <p className="field-hint">
        {user.isGuest ? settingsText.asGuest : settingsText.signedInAs(user.email)}
      </p>
    </form>
  )
}
