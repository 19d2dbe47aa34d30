import { Menu } from '@mantine/core'
import { useState, useSyncExternalStore } from 'react'
import type { EditorState, Indentation, RoomEditor } from '../editor/room-editor'
import { runWord } from '../run/run-word'
import { languageText, linkText, statusText } from '../text/room'
import { languageName } from '../ui/language-sign'
import { Icon } from '../ui/icon'
import type { IconName } from '../ui/icon'
import { showToast } from '../ui/toast'
import { useRoom, useRoomState, useRoomUi } from './room-context'
import type { Indicator } from './link'
import { canEdit } from './room-data'
import { lockedBy } from './use-room-announcements'

export function StatusBar() {
  const { editor, width } = useRoomUi()
  const isNarrow = width === 'narrow'
  // On a narrow screen, what one may not do needs the place of what is only good to know.
  const limited = useRoomState(({ data }) => !canEdit(data))
  return (
    <footer className="status" aria-label={statusText.status}>
      <LinkCell />
      {!(isNarrow && limited) && <RoundTrip />}
      {isNarrow && <HiddenRun />}
      <span className="grow" />
      <RightCell />
      {isNarrow && <LanguageCell />}
      {editor && !(isNarrow && limited) && <EditorCells editor={editor} isNarrow={isNarrow} />}
    </footer>
  )
}

const faces: Record<Indicator, { icon: IconName; tone: string }> = {
  loading: { icon: 'off', tone: '' },
  saving: { icon: 'saved', tone: 'pending' },
  saved: { icon: 'saved', tone: 'ok' },
  back: { icon: 'saved', tone: 'ok' },
  unsaved: { icon: 'warn', tone: 'warn' },
  'not-saved': { icon: 'warn', tone: 'warn' },
  reconnecting: { icon: 'off', tone: '' },
  restarting: { icon: 'off', tone: '' },
  offline: { icon: 'off', tone: '' },
  ended: { icon: 'off', tone: '' },
}

/** Connection and saving: one indicator, always there, a word and a shape. */
function LinkCell() {
  const indicator = useRoomState((state) => state.indicator)
  const waiting = useRoomState((state) => state.unacknowledged)
  const { icon, tone } = faces[indicator]
  return (
    <span className={`cell strong link-cell ${tone}`} data-state={indicator}>
      <Icon name={icon} />
      {linkWord(indicator, waiting)}
    </span>
  )
}

function linkWord(indicator: Indicator, waiting: number): string {
  switch (indicator) {
    case 'loading':
      return linkText.loading
    case 'saving':
      return linkText.saving
    case 'saved':
    case 'back':
      return linkText.saved
    case 'unsaved':
      return linkText.unsaved
    case 'not-saved':
      return linkText.notSaved
    case 'reconnecting':
    case 'restarting':
      return linkText.reconnecting(waiting)
    case 'offline':
    case 'ended':
      return linkText.offline(waiting)
  }
}

const slowMs = 150
const verySlowMs = 500

function RoundTrip() {
  const ms = useRoomState((state) => state.roundTripMs)
  const isSynced = useRoomState((state) => state.link.phase === 'synced')
  if (ms === undefined || !isSynced) return null
  const word = ms > verySlowMs ? linkText.verySlow : ms > slowMs ? linkText.slow : ''
  return (
    <span className={word ? 'cell warn' : 'cell'} title={linkText.roundTripLabel(ms, word)}>
      {linkText.roundTrip(ms)}
      {word && ` ${word}`}
    </span>
  )
}

function RightCell() {
  const role = useRoomState((state) => state.data.role)
  const isKnown = useRoomState((state) => state.data.me !== undefined)
  const locked = useRoomState((state) => state.data.locked)
  const locker = useRoomState((state) => lockedBy(state.data))
  if (!isKnown) return null
  if (role === 'viewer') return <Viewing />
  if (!locked || role === 'owner') return null
  return (
    <span className="cell strong shrinks">
      <Icon name="lock" />
      <span className="cut">{linkText.lockedBy(locker)}</span>
    </span>
  )
}

function Viewing() {
  const { session } = useRoom()
  const [asked, setAsked] = useState(false)
  async function ask() {
    setAsked(true)
    const ack = await session.sendChat(linkText.askedToEdit)
    if (ack.ok) showToast(linkText.asked, 'check')
    else setAsked(false)
  }
  return (
    <>
      <span className="cell strong">
        <Icon name="eye" />
        {linkText.viewing}
      </span>
      {!asked && (
        <button type="button" className="cell strong underlined" onClick={() => void ask()}>
          {linkText.askToEdit}
        </button>
      )}
    </>
  )
}

/** What the run does while its output is in another pane. */
function HiddenRun() {
  const { pane } = useRoomUi()
  const run = useRoomState((state) => state.data.run)
  const word = runWord(run)
  return pane === 'output' || word === undefined ? null : <span className="cell">{word}</span>
}

function LanguageCell() {
  const language = useRoomState((state) => state.data.language)
  const { setDialog } = useRoomUi()
  const name = languageName(language)
  return (
    <button
      type="button"
      className="cell"
      aria-label={languageText.languageIs(name)}
      onClick={() => setDialog('language')}
    >
      {name}
    </button>
  )
}

function EditorCells({ editor, isNarrow }: { editor: RoomEditor; isNarrow: boolean }) {
  const state: EditorState = useSyncExternalStore(editor.subscribe, editor.getState)
  return (
    <>
      {state.selectedUnits > 0 && !isNarrow && (
        <span className="cell">{statusText.selected(state.selectedUnits)}</span>
      )}
      <button
        type="button"
        className="cell"
        title={statusText.goToLine}
        onClick={() => editor.askForLine()}
      >
        {statusText.caret(state.lineNumber, state.column)}
      </button>
      {!isNarrow && (
        <>
          <IndentationCell editor={editor} now={state.indentation} />
          <button
            type="button"
            className="cell"
            aria-pressed={state.tabMovesFocus}
            onClick={() => editor.toggleTabMovesFocus()}
          >
            {statusText.tabMovesFocus(state.tabMovesFocus)}
          </button>
        </>
      )}
    </>
  )
}

const choices: readonly Indentation[] = [
  { kind: 'spaces', size: 2 },
  { kind: 'spaces', size: 4 },
  { kind: 'spaces', size: 8 },
  { kind: 'tabs', size: 4 },
  { kind: 'tabs', size: 8 },
]

function IndentationCell({ editor, now }: { editor: RoomEditor; now: Indentation }) {
  return (
    <Menu position="top-end">
      <Menu.Target>
        <button type="button" className="cell" title={statusText.indentation}>
          {now.kind === 'spaces' ? statusText.spaces(now.size) : statusText.tabs(now.size)}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{statusText.indentation}</Menu.Label>
        {choices.map((choice) => (
          <Menu.Item
            key={`${choice.kind} ${choice.size}`}
            leftSection={<Icon name={isSame(choice, now) ? 'check' : 'minus'} />}
            onClick={() => editor.setIndentation(choice)}
          >
            {statusText.indentWith(choice.kind, choice.size)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function isSame(a: Indentation, b: Indentation): boolean {
  return a.kind === b.kind && a.size === b.size
}
