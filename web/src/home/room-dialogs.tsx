import { useState } from 'react'
import type { ApiError } from '../api/http'
import { useServices } from '../app/services'
import type { RoomInList } from '../contract/rest'
import { common } from '../text/common'
import { homeText } from '../text/home'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { ProblemLine, TextField } from '../ui/field'
import { showToast } from '../ui/toast'

function describe(error: ApiError): string {
  if (error.code === 'network') return `${common.unreachable} ${common.unreachableDo}`
  if (error.status === 429) return common.tooMany(error.retryAfter)
  return error.message || homeText.actionFailed
}

type RenameDialogProps = {
  /** The room that is asked about; null: closed. */
  room: RoomInList | null
  onRename: (room: RoomInList, title: string) => Promise<ApiError | null>
  onClose: () => void
}

export function RenameDialog({ room, onRename, onClose }: RenameDialogProps) {
  return (
    <Dialog opened={room !== null} onClose={onClose} title={homeText.renameTitle} width={440}>
      {room && <RenameForm key={room.room_id} room={room} onRename={onRename} onClose={onClose} />}
    </Dialog>
  )
}

function RenameForm({ room, onRename, onClose }: RenameDialogProps & { room: RoomInList }) {
  const services = useServices()
  const [title, setTitle] = useState(room.title)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  async function submit() {
    if (busy) return
    const wanted = title.trim()
    if (wanted === '') {
      setProblem(homeText.renameMissing)
      return
    }
    setBusy(true)
    const error = await onRename(room, wanted)
    setBusy(false)
    if (error) {
      setProblem(describe(error))
      return
    }
    showToast(homeText.renamed(wanted), 'check')
    onClose()
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
        label={homeText.renameField}
        hint={homeText.renameHint}
        problem={problem}
        value={title}
        maxLength={services?.config.limits.title_units_max}
        autoComplete="off"
        data-autofocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => {
          setTitle(event.target.value)
          setProblem(undefined)
        }}
      />
      <div className="acts">
        <Button onClick={onClose}>{common.cancel}</Button>
        <Button kind="main" type="submit" busy={busy}>
          {homeText.renameAct}
        </Button>
      </div>
    </form>
  )
}

type DeleteDialogProps = {
  room: RoomInList | null
  titleOf: (room: RoomInList) => string
  onDelete: (room: RoomInList) => Promise<ApiError | null>
  onClose: () => void
}

export function DeleteDialog({ room, titleOf, onDelete, onClose }: DeleteDialogProps) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  function close() {
    setProblem(undefined)
    onClose()
  }

  async function confirm(doomed: RoomInList) {
    setBusy(true)
    const error = await onDelete(doomed)
    setBusy(false)
    if (error) {
      setProblem(describe(error))
      return
    }
    showToast(homeText.deleted(titleOf(doomed)), 'check')
    close()
  }

  return (
    <Dialog opened={room !== null} onClose={close} title={homeText.deleteTitle} width={440}>
      {room && (
        <div className="sec">
          <p className="lead">{homeText.deleteBody(titleOf(room))}</p>
          {problem !== undefined && <ProblemLine>{problem}</ProblemLine>}
          <div className="acts">
            <Button onClick={close} data-autofocus>
              {common.cancel}
            </Button>
            <Button kind="danger" busy={busy} onClick={() => void confirm(room)}>
              {homeText.deleteAct}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  )
}
