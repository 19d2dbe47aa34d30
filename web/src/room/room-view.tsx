import { useMemo, useState } from 'react'
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels'
import { useLocation } from 'react-router'
import type { ClientConfig } from '../api/config'
import { ChatPanel } from '../chat/chat-panel'
import { CodePane } from '../editor/code-pane'
import type { RoomEditor } from '../editor/room-editor'
import { PeoplePanel } from '../people/people-panel'
import { OutputPane } from '../run/output-pane'
import { SettingsDialog } from '../settings/settings-dialog'
import { paneText, peopleText, roomText } from '../text/room'
import { IconButton } from '../ui/button'
import { ErrorBoundary } from '../ui/error-boundary'
import { languageName } from '../ui/language-sign'
import { BottomBar } from './bottom-bar'
import { DeleteDialog } from './delete-dialog'
import { LanguageDialog } from './language-dialog'
import { NoticeBar } from './notice-bar'
import { RoomUiContext, useRoomState, useRoomUi } from './room-context'
import type { OutputTab, Pane, RoomDialog, RoomUi } from './room-context'
import { shownTitle } from './room-title'
import { ShareDialog } from './share-dialog'
import { ShortcutsDialog } from './shortcuts-dialog'
import { StatusBar } from './status-bar'
import { TopBar } from './top-bar'
import { useFirstRoom } from './use-first-room'
import { useLeaveGuard } from './use-leave-guard'
import { useRoomAnnouncements } from './use-room-announcements'
import { useRoomKeys } from './use-room-keys'
import { useWidth } from './use-width'
import type { WidthClass } from './use-width'

/** The room itself, once its text is there. */
export function RoomView({ config }: { config: ClientConfig }) {
  const width = useWidth()
  const ui = useUi(width)
  return (
    <RoomUiContext value={ui}>
      <RoomFrame config={config} />
    </RoomUiContext>
  )
}

const sideKey = 'codencollab-side-open'

function useUi(width: WidthClass): RoomUi {
  const [editor, setEditor] = useState<RoomEditor | null>(null)
  const [pane, setPane] = useState<Pane>('code')
  const [isSideOpen, setSide] = useState(() => readSideOpen(width))
  const [outputTab, setOutputTab] = useState<OutputTab>('output')
  const [dialog, setDialog] = useState<RoomDialog | null>(null)
  const [preparedInput, setPreparedInput] = useState('')
  const [isRenaming, setRenaming] = useState(false)
  return useMemo(() => {
    const setSideOpen = (open: boolean) => {
      setSide(open)
      if (width === 'wide') rememberSideOpen(open)
    }
    return {
      width,
      editor,
      setEditor,
      pane,
      setPane,
      isSideOpen,
      setSideOpen,
      outputTab,
      setOutputTab,
      dialog,
      setDialog,
      preparedInput,
      setPreparedInput,
      isRenaming,
      setRenaming,
    }
  }, [width, editor, pane, isSideOpen, outputTab, dialog, preparedInput, isRenaming])
}

function readSideOpen(width: WidthClass): boolean {
  if (width !== 'wide') return false
  try {
    return localStorage.getItem(sideKey) !== 'false'
  } catch {
    return true
  }
}

function rememberSideOpen(open: boolean): void {
  try {
    localStorage.setItem(sideKey, String(open))
  } catch {
    // Without storage it holds for this page, which is what can be done.
  }
}

function RoomFrame({ config }: { config: ClientConfig }) {
  const ui = useRoomUi()
  const location: { state: unknown } = useLocation()
  useRoomKeys()
  useRoomAnnouncements()
  useLeaveGuard()
  useFirstRoom(isCreated(location.state))
  const { width, dialog, setDialog } = ui
  return (
    <>
      <a
        className="skip"
        href="#code"
        onClick={(event) => {
          if (!ui.editor) return
          // The link by itself would take the focus on to the pane around the editor.
          event.preventDefault()
          ui.editor.focus()
        }}
      >
        {roomText.skipToEditor}
      </a>
      <div className={`room ${width} pane-${ui.pane}`}>
        <TopBar />
        <NoticeBar />
        <div className="body">
          <WorkArea width={width} documentUnitsMax={config.limits.document_units_max} />
          {(width === 'narrow' || ui.isSideOpen) && <Side />}
        </div>
        <StatusBar />
        {width === 'narrow' && <BottomBar />}
      </div>
      <ShareDialog opened={dialog === 'share'} onClose={() => setDialog(null)} />
      <DeleteDialog opened={dialog === 'delete'} onClose={() => setDialog(null)} />
      <ShortcutsDialog opened={dialog === 'shortcuts'} onClose={() => setDialog(null)} />
      <LanguageDialog opened={dialog === 'language'} onClose={() => setDialog(null)} />
      <SettingsDialog opened={dialog === 'settings'} onClose={() => setDialog(null)} />
    </>
  )
}

function WorkArea({ width, documentUnitsMax }: { width: WidthClass; documentUnitsMax: number }) {
  const title = useRoomState((state) => shownTitle(state.data.title))
  const language = useRoomState((state) => languageName(state.data.language))
  const isBeside = width === 'wide'
  const layout = useDefaultLayout({ id: `codencollab-work-${isBeside ? 'beside' : 'below'}` })
  return (
    <main className="work-area" aria-label={`${title}, ${language}`}>
      <h1 className="sr">{title}</h1>
      <Group
        // The two arrangements have sizes of their own; the panes stay mounted in both.
        className="work"
        orientation={isBeside ? 'horizontal' : 'vertical'}
        defaultLayout={layout.defaultLayout}
        onLayoutChanged={layout.onLayoutChanged}
      >
        <Panel
          id="work-code"
          className="work-code"
          defaultSize={isBeside ? '60' : '65'}
          minSize="20"
        >
          <CodePane documentUnitsMax={documentUnitsMax} />
        </Panel>
        <Separator
          className="divider"
          aria-label={isBeside ? paneText.outputWidth : paneText.outputHeight}
        />
        <Panel
          id="work-output"
          className="work-output"
          defaultSize={isBeside ? '40' : '35'}
          minSize="15"
        >
          <ErrorBoundary>
            <OutputPane />
          </ErrorBoundary>
        </Panel>
      </Group>
    </main>
  )
}

/** The one pane of a narrow screen is its main part; beside others it is a complement. */
function Side() {
  const { width, setSideOpen, editor } = useRoomUi()
  const title = useRoomState((state) => shownTitle(state.data.title))
  const close = () => {
    setSideOpen(false)
    editor?.focus()
  }
  const about = {
    className: 'pane side',
    'aria-label': peopleText.peopleAndChat,
    tabIndex: -1,
    id: 'side',
  }
  if (width === 'narrow') {
    return (
      <main {...about}>
        <h1 className="sr">{title}</h1>
        <ErrorBoundary>
          <PeoplePanel closeButton={null} />
          <ChatPanel />
        </ErrorBoundary>
      </main>
    )
  }
  // Where it lies over the editor, it closes like everything that does.
  const onKeyDown = (event: React.KeyboardEvent) => {
    // A menu in it, and a dialog, which stands elsewhere in the page, close by themselves.
    const at = event.target as Element
    const isOwn = event.currentTarget.contains(at) && !at.closest('[role=menu]')
    if (event.key === 'Escape' && width === 'medium' && isOwn && !event.defaultPrevented) close()
  }
  return (
    // The keys of what is in it arrive here; it takes none by itself.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside {...about} onKeyDown={onKeyDown}>
      <ErrorBoundary>
        <PeoplePanel
          closeButton={
            <IconButton icon="close" label={peopleText.closePanel} tiny onClick={close} />
          }
        />
        <ChatPanel />
      </ErrorBoundary>
    </aside>
  )
}

function isCreated(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'created' in state && state.created === true
}
