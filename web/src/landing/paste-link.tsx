import { useId, useState } from 'react'
import { useNavigate } from 'react-router'
import { parseRoomLink } from '../home/room-link'
import { landingText } from '../text/landing'
import { IconButton } from '../ui/button'
import { ProblemLine } from '../ui/field'

/** "Have a link or room id? Paste it." */
export function PasteLink() {
  const id = useId()
  const navigate = useNavigate()
  const [pasted, setPasted] = useState('')
  const [problem, setProblem] = useState<string>()

  function open() {
    const link = parseRoomLink(pasted, window.location)
    if (pasted.trim() === '') setProblem(landingText.pasteMissing)
    else if (link.kind === 'unreadable') setProblem(landingText.pasteUnreadable)
    else if (link.kind === 'elsewhere') setProblem(landingText.pasteElsewhere(link.host))
    else void navigate(`/r/${link.roomId}`)
  }

  return (
    <form
      className="paste field"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        open()
      }}
    >
      <label htmlFor={id}>{landingText.paste}</label>
      <div className="input" aria-invalid={problem === undefined ? undefined : true}>
        <input
          id={id}
          value={pasted}
          placeholder={landingText.pasteExample(window.location.host)}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={problem === undefined ? undefined : true}
          aria-describedby={problem === undefined ? undefined : `${id}-problem`}
          onChange={(event) => {
            setPasted(event.target.value)
            setProblem(undefined)
          }}
        />
        <IconButton type="submit" icon="right" label={landingText.open} />
      </div>
      {problem !== undefined && <ProblemLine id={`${id}-problem`}>{problem}</ProblemLine>}
    </form>
  )
}
