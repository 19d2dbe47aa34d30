import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useRoom, useRoomState, useRoomUi } from '../room/room-context'
import { canEdit } from '../room/room-data'
import { downloadText } from '../room/download'
import { lockedBy } from '../room/use-room-announcements'
import { useSettings, useTheme } from '../settings/settings'
import { linkText, paneText, roomText } from '../text/room'
import { Button } from '../ui/button'
import { ErrorBoundary } from '../ui/error-boundary'
import { languageName } from '../ui/language-sign'
import type { EditorLook, RoomEditor } from './room-editor'
import './editor.css'

type EditorModule = typeof import('./room-editor')

// Asked for as soon as the room's own code is here, so that it comes while a name is typed.
let loading: Promise<EditorModule> | undefined
function loadEditor(): Promise<EditorModule> {
  loading ??= import('./room-editor').catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}
loadEditor().catch(() => undefined)

export function CodePane({ documentUnitsMax }: { documentUnitsMax: number }) {
  return (
    <section id="code" className="editor" tabIndex={-1} aria-label={paneText.code}>
      <ErrorBoundary fallback={(retry) => <Broken onRetry={retry} />}>
        <Code documentUnitsMax={documentUnitsMax} />
      </ErrorBoundary>
    </section>
  )
}

function useLook(): EditorLook {
  const theme = useTheme()
  const { fontSize } = useSettings()
  const language = useRoomState((state) => state.data.language)
  const role = useRoomState((state) => state.data.role)
  // A copy of this device's is to be read until the room itself is here.
  const isLoading = useRoomState((state) => state.link.phase === 'loading')
  const mayEdit = useRoomState((state) => canEdit(state.data)) && !isLoading
  const locker = useRoomState((state) => lockedBy(state.data))
  const readOnlyLine = isLoading
    ? linkText.loadingLine
    : role === 'viewer'
      ? linkText.viewingLine
      : linkText.lockedLine(locker)
  return useMemo(
    () => ({
      theme,
      fontSize,
      language,
      canEdit: mayEdit,
      ariaLabel: roomText.editorLabel(languageName(language), mayEdit),
      readOnlyLine,
    }),
    [theme, fontSize, language, mayEdit, readOnlyLine],
  )
}

function Code({ documentUnitsMax }: { documentUnitsMax: number }) {
  const { session } = useRoom()
  const { editor, setEditor, width } = useRoomUi()
  const node = useRef<HTMLDivElement>(null)
  const look = useLook()
  const [failure, setFailure] = useState<Error>()

  const make = useEffectEvent((module: EditorModule, parent: HTMLElement): RoomEditor => {
    const limit = () => session.getState().data.limits.document_units ?? documentUnitsMax
    const made = new module.RoomEditor(parent, session, look, limit)
    if (width !== 'narrow') {
      made.moveToEnd()
      if (document.activeElement === document.body) made.focus()
    }
    return made
  })
  useEffect(() => {
    let made: RoomEditor | undefined
    let isGone = false
    loadEditor()
      .then((module) => {
        if (isGone || !node.current) return
        made = make(module, node.current)
        setEditor(made)
      })
      .catch((error: unknown) => {
        if (!isGone) setFailure(error instanceof Error ? error : new Error(String(error)))
      })
    return () => {
      isGone = true
      setEditor(null)
      made?.dispose()
    }
  }, [session, setEditor])
  useEffect(() => {
    editor?.dress(look)
  }, [editor, look])

  // Into the boundary above: what is thrown in an effect's promise would be lost.
  if (failure !== undefined) throw failure
  return (
    <>
      {!editor && <PlainCode />}
      <div className="editor-node" ref={node} />
    </>
  )
}

/** The text as it is, until the editor is there. */
function PlainCode() {
  const { session } = useRoom()
  const lines = session.document.text.split('\n')
  return (
    <pre className="plain-code" aria-hidden="true">
      {lines.map((line, index) => (
        <span key={index}>
          <span className="no">{index + 1}</span>
          {line}
          {'\n'}
        </span>
      ))}
    </pre>
  )
}

function Broken({ onRetry }: { onRetry: () => void }) {
  const { session } = useRoom()
  return (
    <div className="broken" role="alert">
      <p>
        <strong>{paneText.editorBroken}</strong> {paneText.editorBrokenBody}
      </p>
      <div className="acts">
        <Button size="xs" onClick={() => downloadText('code.txt', session.document.text)}>
          {paneText.downloadText}
        </Button>
        <Button size="xs" kind="quiet" onClick={onRetry}>
          {paneText.reloadPanel}
        </Button>
      </div>
    </div>
  )
}
