import { memo, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useRoomState, useRoomUi } from '../room/room-context'
import { slotOf } from '../room/room-data'
import { shownName } from '../people/shown-name'
import { runText } from '../text/room'
import { slotClass } from '../ui/avatar'
import { Icon } from '../ui/icon'
import { findCodeLinks } from './code-links'
import { quotedLines } from './quoted-lines'
import type { Line, LogState, Segment } from './run-log'

type LogViewProps = {
  log: LogState
  label: string
  /** What stands under the last line. */
  children?: ReactNode
}

/** A run's output: text that can be selected, searched and read; stays at its end until moved. */
export function LogView({ log, label, children }: LogViewProps) {
  const node = useRef<HTMLDivElement>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  useEffect(() => {
    if (isAtEnd && node.current) node.current.scrollTop = node.current.scrollHeight
  }, [log, isAtEnd, children])
  return (
    <div className="log-frame">
      <div
        className="log"
        ref={node}
        role="region"
        aria-label={label}
        // What scrolls has to be reachable with the keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < 8)
        }
      >
        {log.dropped > 0 && <span className="log-note">{runText.cut(log.dropped)}</span>}
        {grouped(log.lines).map((group) =>
          group.isCompiler ? (
            <CompilerMessages key={group.id} lines={group.lines} />
          ) : (
            group.lines.map((line) => <LogLine key={line.id} line={line} />)
          ),
        )}
        {children}
      </div>
      {!isAtEnd && (
        <button type="button" className="btn sm to-end" onClick={() => setAtEnd(true)}>
          <Icon name="down" />
          {runText.newOutput}
        </button>
      )}
    </div>
  )
}

function grouped(lines: readonly Line[]): { id: number; isCompiler: boolean; lines: Line[] }[] {
  const groups: { id: number; isCompiler: boolean; lines: Line[] }[] = []
  for (const line of lines) {
    const isCompiler = line.stream === 'compile'
    const last = groups.at(-1)
    if (last?.isCompiler === isCompiler) last.lines.push(line)
    else groups.push({ id: line.id, isCompiler, lines: [line] })
  }
  return groups
}

function CompilerMessages({ lines }: { lines: readonly Line[] }) {
  const isQuoted = quotedLines(lines.map(textOf))
  return (
    <div
      className="compiler"
      role="group"
      aria-label={runText.compilerMessages}
      // What scrolls has to be reachable with the keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <b>{runText.compilerMessages}</b>
      {lines.map((line, at) => (
        <LogLine key={line.id} line={line} isQuoted={isQuoted[at] === true} />
      ))}
    </div>
  )
}

type LogLineProps = { line: Line; isQuoted?: boolean }

const LogLine = memo(function LogLine({ line, isQuoted = false }: LogLineProps) {
  if (line.stream === 'stdin') return <TypedLine line={line} />
  const isError = line.stream === 'stderr'
  return (
    <span className={isError ? 'line err' : isQuoted ? 'line quoted' : 'line'}>
      {isError && <span className="sr">{runText.errorOutput}</span>}
      {line.stream === 'stdout' ? <Segments segments={line.segments} /> : <Linked line={line} />}
      {'\n'}
    </span>
  )
})

function TypedLine({ line }: { line: Line }) {
  const participants = useRoomState((state) => state.data.participants)
  const { who } = line
  const typist = participants.find(({ userId }) => userId === who?.userId)
  const slot = who ? slotOf(typist ?? who) : 1
  return (
    <span className={`line in ${slotClass(slot)}`}>
      › <Segments segments={line.segments} />
      {who && <small>{shownName(who.name, 16)}</small>}
      {'\n'}
    </span>
  )
}

function Segments({ segments }: { segments: readonly Segment[] }) {
  return segments.map(({ text, styles }, index) =>
    styles === '' ? (
      text
    ) : (
      <span key={index} className={classesOf(styles)}>
        {text}
      </span>
    ),
  )
}

function classesOf(styles: string): string {
  return styles
    .split(' ')
    .map((style) => `sgr-${style}`)
    .join(' ')
}

/** Places in the code that a message names lead there. */
function Linked({ line }: { line: Line }) {
  const { editor, setPane } = useRoomUi()
  const text = textOf(line)
  const links = findCodeLinks(text)
  if (links.length === 0) return <Segments segments={line.segments} />
  const parts: ReactNode[] = []
  let at = 0
  for (const { start, end, lineNumber, column } of links) {
    parts.push(<Segments key={`t${at}`} segments={cut(line.segments, at, start)} />)
    parts.push(
      <button
        key={`l${start}`}
        type="button"
        className="code-link"
        title={runText.goToLine(lineNumber)}
        onClick={() => {
          setPane('code')
          editor?.goTo(lineNumber, column)
        }}
      >
        {text.slice(start, end)}
      </button>,
    )
    at = end
  }
  parts.push(<Segments key={`t${at}`} segments={cut(line.segments, at, text.length)} />)
  return parts
}

function textOf(line: Line): string {
  return line.segments.map(({ text }) => text).join('')
}

function cut(segments: readonly Segment[], from: number, to: number): Segment[] {
  let at = 0
  return segments.flatMap(({ text, styles }) => {
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at))
    at += text.length
    return part === '' ? [] : [{ text: part, styles }]
  })
}
