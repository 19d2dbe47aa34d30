import { useState } from 'react'
import { deleteRoom } from '../api/rooms'
import { common } from '../text/common'
import { roomText } from '../text/room'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { ProblemLine } from '../ui/field'
import { useRoom } from './room-context'

export function DeleteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { session } = useRoom()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function remove() {
    setBusy(true)
    const result = await deleteRoom(session.roomId)
    setBusy(false)
    // When it worked, the room tells everyone, this page among them.
    if (!result.ok) setProblem(result.error.message || roomText.deleteFailed)
  }

  return (
    <Dialog opened={opened} onClose={onClose} title={roomText.deleteTitle} width={440}>
      <div className="sec">
        <p className="lead">{roomText.deleteBody}</p>
        {problem !== undefined && <ProblemLine>{problem}</ProblemLine>}
        <div className="acts">
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button kind="danger" busy={busy} onClick={() => void remove()}>
            {roomText.deleteRoom}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
