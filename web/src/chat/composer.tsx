import { useId, useState } from 'react'
import { useRoom, useRoomState } from '../room/room-context'
import { chatText } from '../text/room'
import { ProblemLine } from '../ui/field'

const chatUnitsUsual = 4_000

/** Enter sends, Shift+Enter breaks the line. What could not be sent stays in the field. */
export function Composer() {
  const { session } = useRoom()
  const id = useId()
  const limit = useRoomState((state) => state.data.limits.chat_units ?? chatUnitsUsual)
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const [isSending, setSending] = useState(false)
  const isTooLong = text.length > limit
  const shown = isTooLong ? chatText.tooLong(text.length, limit) : problem

  async function send() {
    const message = text.trim()
    if (message === '' || isTooLong || isSending) return
    setSending(true)
    const ack = await session.sendChat(message)
    setSending(false)
    if (ack.ok) {
      setText('')
      setProblem(undefined)
    } else if (ack.error.code === 'rate_limited') setProblem(chatText.tooOften)
    else setProblem(ack.error.message || chatText.failed)
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {shown !== undefined && <ProblemLine id={`${id}-problem`}>{shown}</ProblemLine>}
      <textarea
        aria-label={chatText.message}
        aria-describedby={shown === undefined ? undefined : `${id}-problem`}
        aria-invalid={shown !== undefined}
        placeholder={chatText.placeholder}
        rows={Math.min(6, text.split('\n').length)}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setProblem(undefined)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          void send()
        }}
      />
    </form>
  )
}
