import { Avatar, slotClass } from '../ui/avatar'
import { Icon } from '../ui/icon'
import { demoLines } from './demo-code'
import type { DemoLine, DemoToken } from './demo-code'

/** A caret with its flag, as others' carets look in the editor. */
export function DemoCaret({ name, slot }: { name: string; slot: number }) {
  return (
    <span className={`demo-caret ${slotClass(slot)}`}>
      <span className="demo-flag">{name}</span>
    </span>
  )
}

function Token({ token }: { token: DemoToken }) {
  if (typeof token === 'string') return token
  if ('style' in token) return <span className={`demo-${token.style}`}>{token.text}</span>
  if ('caret' in token) return <DemoCaret name={token.caret} slot={token.slot} />
  return <span className={`demo-sel ${slotClass(token.slot)}`}>{token.selected}</span>
}

function Line({ line }: { line: DemoLine }) {
  return (
    <div className="demo-line">
      <span className="demo-number">{line.number}</span>
      <span>
        {Array.from({ length: line.indent }, (_, index) => (
          <i key={index} className="demo-guide" />
        ))}
        {line.tokens.map((token, index) => (
          <Token key={index} token={token} />
        ))}
      </span>
    </div>
  )
}

/** A picture of a room, drawn with the room's own means. Decoration. */
export function DemoWindow() {
  return (
    <div className="demo" aria-hidden="true">
      <div className="demo-bar">
        <span className="muted">main.py</span>
        <span className="grow" />
        <span className="stack">
          <Avatar name="Ada" slot={1} />
          <Avatar name="Ben" slot={2} />
        </span>
      </div>
      <div className="demo-editor">
        {demoLines.map((line) => (
          <Line key={line.number} line={line} />
        ))}
      </div>
      <div className="demo-log">
        <span>busy 09:00–11:00, 12:00–13:00</span>
        <span>minutes needed?</span>
        <span className="demo-in s2">
          › 45<small>Ben</small>
        </span>
        <span>first gap of 45 min: 11:00</span>
        <span className="demo-end">
          <span className="state ok">
            <Icon name="check" />
            Finished in 6.2 s
          </span>
        </span>
      </div>
    </div>
  )
}
