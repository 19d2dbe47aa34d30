import { useId, useState } from 'react'
import type { Runtime } from '../contract/rest'
import { languageText } from '../text/room'
import { Icon } from '../ui/icon'
import { LanguageSign } from '../ui/language-sign'
import { Bone } from '../ui/skeleton'
import { lastLanguages } from './last-languages'
import { runtimeName } from './use-runtimes'

type LanguageListProps = {
  runtimes: readonly Runtime[] | undefined
  current: string | undefined
  onChoose: (runtime: Runtime) => void
}

/** A field that filters, and the list under it; arrow keys move, Enter chooses. */
export function LanguageList({ runtimes, current, onChoose }: LanguageListProps) {
  const id = useId()
  const [query, setQuery] = useState('')
  /** Undefined until a key or the pointer has chosen: then it is the language of now. */
  const [at, setAt] = useState<number>()
  const [last] = useState(lastLanguages)
  const found = sortByUse(runtimes ?? [], last).filter((runtime) => matches(runtime, query))
  const now = found.findIndex(({ language }) => language === current)
  const chosen = Math.min(at ?? Math.max(0, now), Math.max(0, found.length - 1))

  function onKeyDown(event: React.KeyboardEvent) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const runtime = found[chosen]
    if (step !== 0) {
      event.preventDefault()
      setAt((chosen + step + found.length) % Math.max(1, found.length))
    } else if (event.key === 'Enter' && runtime) {
      event.preventDefault()
      onChoose(runtime)
    }
  }

  return (
    <div className="language-list">
      <div className="input">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label={languageText.search}
          placeholder={languageText.search}
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={found[chosen] && `${id}-${found[chosen].language}`}
          data-autofocus
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setAt(event.target.value === '' ? undefined : 0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul role="listbox" id={`${id}-list`} aria-label={languageText.language}>
        {found.map((runtime, index) => (
          // The field has the focus and takes the keys; a click is for the mouse.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={runtime.language}
            id={`${id}-${runtime.language}`}
            role="option"
            className="opt"
            aria-selected={index === chosen}
            onClick={() => onChoose(runtime)}
            onPointerMove={() => setAt(index)}
          >
            <LanguageSign id={runtime.language} />
            <span className="grow">{runtimeName(runtime)}</span>
            {runtime.language === current && <Icon name="check" />}
          </li>
        ))}
      </ul>
      {runtimes === undefined && (
        <div className="late language-note">
          <Bone width="120px" />
        </div>
      )}
      {runtimes !== undefined && found.length === 0 && (
        <p className="muted language-note">{languageText.none}</p>
      )}
    </div>
  )
}

function sortByUse(runtimes: readonly Runtime[], last: readonly string[]): Runtime[] {
  const rank = ({ language }: Runtime) => {
    const index = last.indexOf(language)
    return index < 0 ? last.length : index
  }
  return [...runtimes].sort((a, b) => rank(a) - rank(b))
}

function matches(runtime: Runtime, query: string): boolean {
  const wanted = query.trim().toLowerCase()
  return [runtimeName(runtime), runtime.language, ...runtime.aliases].some((name) =>
    name.toLowerCase().includes(wanted),
  )
}
