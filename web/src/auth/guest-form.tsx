import { nameLengthMax } from '../session/session'
import { useSessionStore } from '../session/session-context'
import { settings } from '../settings/settings'
import { authText } from '../text/auth'
import { Button } from '../ui/button'
import { ProblemLine, TextField } from '../ui/field'
import { checkEntry } from './entry-form'
import { unreachable } from './sign-in-form'
import { useEntry } from './use-entry'

type GuestFormProps = { onDone: () => void; onBack: () => void }

/** One field and in; the name is remembered on this device. */
export function GuestForm({ onDone, onBack }: GuestFormProps) {
  const store = useSessionStore()
  const entry = useEntry(
    { name: settings.get().guestName, email: '', password: '' },
    (values) =>
      checkEntry(values, { name: true, email: false, password: false, newPassword: false }),
    async ({ name }) => {
      settings.update({ guestName: name.trim() })
      return store ? store.signInAsGuest(name) : unreachable
    },
    onDone,
  )
  return (
    <form className="card" {...entry.formProps}>
      <h1>{authText.guestTitle}</h1>
      <p className="lead">{authText.guestLead}</p>
      <TextField
        {...entry.field('name')}
        label={authText.name}
        maxLength={nameLengthMax}
        autoComplete="name"
        autoFocus
      />
      {entry.problem !== undefined && <ProblemLine>{entry.problem}</ProblemLine>}
      <Button kind="main" type="submit" busy={entry.busy}>
        {authText.guestAct}
      </Button>
      <Button onClick={onBack}>{authText.signIn}</Button>
    </form>
  )
}
