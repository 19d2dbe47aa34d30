import { useState } from 'react'
import { useRoom, useRoomState } from '../room/room-context'
import { slotOf } from '../room/room-data'
import { runText } from '../text/room'
import { slotClass } from '../ui/avatar'
import { ProblemLine } from '../ui/field'

/** Open while a run lives: Enter sends the line, Ctrl+D ends the input. */
export function InputLine() {
  const { run } = useRoom()
  const me = useRoomState((state) => state.data.me)
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const [hasEnded, setEnded] = useState(false)

  async function send(data: string, eof: boolean) {
    const ack = await run.sendInput(data, eof)
    if (!ack.ok) {
      setProblem(ack.error.message || runText.inputFailed)
      return
    }
    setProblem(undefined)
    setText('')
    if (eof) setEnded(true)
  }

  if (hasEnded) return null
  return (
    <>
      {problem !== undefined && (
        <div className="stdin-problem">
          <ProblemLine>{problem}</ProblemLine>
        </div>
      )}
      <form
        className={`stdin ${slotClass(me ? slotOf(me) : 1)}`}
        onSubmit={(event) => {
          event.preventDefault()
          void send(`${text}\n`, false)
        }}
      >
        <span className="go" aria-hidden="true">
          ›
        </span>
        <input
          aria-label={runText.inputLine}
          value={text}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (!event.ctrlKey || event.key.toLowerCase() !== 'd') return
            event.preventDefault()
            void send(text, true)
          }}
        />
        <button type="button" className="btn sm quiet" onClick={() => void send(text, true)}>
          {runText.endInput}
          <span className="keys" aria-hidden="true">
            <kbd>Ctrl</kbd>
            <kbd>D</kbd>
          </span>
        </button>
      </form>
    </>
  )
}
