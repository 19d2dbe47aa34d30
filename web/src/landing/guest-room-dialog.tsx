import { useState } from 'react'
import { nameLengthMax } from '../session/session'
import { settings } from '../settings/settings'
import { authText } from '../text/auth'
import { common } from '../text/common'
import { landingText } from '../text/landing'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { ProblemLine, TextField } from '../ui/field'

type GuestRoomDialogProps = {
  opened: boolean
  onClose: () => void
  onSubmit: (name: string) => Promise<string | undefined>
}

/** The one question before a guest's first room. */
export function GuestRoomDialog({ opened, onClose, onSubmit }: GuestRoomDialogProps) {
  const [name, setName] = useState(() => settings.get().guestName)
  const [busy, setBusy] = useState(false)
  const [missing, setMissing] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function submit() {
    if (busy) return
    if (name.trim() === '') {
      setMissing(true)
      return
    }
    setBusy(true)
    setProblem(undefined)
    const failed = await onSubmit(name)
    setBusy(false)
    setProblem(failed)
  }

  return (
    <Dialog opened={opened} onClose={onClose} title={common.newRoom} width={440}>
      <form
        className="sec"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <p className="lead">{landingText.newRoomLead}</p>
        <TextField
          label={authText.name}
          className="tall"
          value={name}
          maxLength={nameLengthMax}
          autoComplete="name"
          data-autofocus
          problem={missing ? authText.nameMissing : undefined}
          onChange={(event) => {
            setName(event.target.value)
            setMissing(false)
          }}
        />
        {problem !== undefined && <ProblemLine>{problem}</ProblemLine>}
        <div className="acts">
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button kind="main" type="submit" busy={busy}>
            {landingText.newRoomAct}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
