/**
 * The room's editor: Monaco with everything a room adds to it. Made for a DOM node, ended by
 * `dispose`; React only gives it the node and draws what `getState` says.
 */
import type { RoomSession } from '../room/room-session'
import type { Theme } from '../settings/theme'
import { statusText } from '../text/room'
import { announce } from '../ui/announcer'
import { isApple } from '../ui/platform'
import { DocumentBinding } from './document-binding'
import { applyEditorTheme } from './editor-theme'
import { editorLanguage } from './language'
import { monaco } from './monaco'
import { RemoteCarets } from './remote-carets'

export interface Indentation {
  kind: 'spaces' | 'tabs'
  size: number
}

export interface EditorState {
  lineNumber: number
  column: number
  selectedUnits: number
  indentation: Indentation
  tabMovesFocus: boolean
}

export interface EditorLook {
  theme: Theme
  fontSize: number
  language: string
  ariaLabel: string
  canEdit: boolean
  /** Why typing does nothing, when it does nothing. */
  readOnlyLine: string
}

const codeLeading = 20 / 13
const wideGutter = 5
const narrowGutter = 3

export class RoomEditor {
  readonly editor: monaco.editor.IStandaloneCodeEditor
  private readonly model: monaco.editor.ITextModel
  private binding: DocumentBinding
  private readonly carets: RemoteCarets
  private readonly stops: (() => void)[] = []
  private readonly listeners = new Set<() => void>()
  private state: EditorState

  constructor(
    private readonly node: HTMLElement,
    private readonly session: RoomSession,
    look: EditorLook,
    private readonly documentUnitsMax: () => number,
  ) {
    applyEditorTheme(look.theme)
    const language = editorLanguage(look.language)
    this.model = monaco.editor.createModel(session.document.text, language)
    // Before the binding, since it fires a change that replaces the whole text.
    this.model.setEOL(monaco.editor.EndOfLineSequence.LF)
    this.editor = monaco.editor.create(node, {
      ...fixedOptions,
      ...lookOptions(look),
      model: this.model,
      fontFamily: getComputedStyle(node).getPropertyValue('--font-code'),
      cursorWidth: parseInt(getComputedStyle(node).getPropertyValue('--caret'), 10) || 2,
      lineNumbersMinChars: node.clientWidth < 500 ? narrowGutter : wideGutter,
    })
    // The option above is for models that the editor makes itself; this one was there before.
    this.model.updateOptions({
      bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
    })
    this.binding = this.bind()
    this.carets = new RemoteCarets(this.editor, this.model, session.cursors)
    this.state = this.read()
    this.listen()
    this.sendCaret()
  }

  readonly getState = (): EditorState => this.state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  dress(look: EditorLook): void {
    applyEditorTheme(look.theme)
    monaco.editor.setModelLanguage(this.model, editorLanguage(look.language))
    const caret = getComputedStyle(this.node).getPropertyValue('--caret')
    this.editor.updateOptions({ ...lookOptions(look), cursorWidth: parseInt(caret, 10) || 2 })
  }

  focus(): void {
    this.editor.focus()
  }

  /** Puts the caret where somebody, or an error message, points to. */
  goTo(lineNumber: number, column = 1): void {
    const position = this.model.validatePosition({ lineNumber, column })
    this.editor.setPosition(position)
    this.editor.revealPositionInCenterIfOutsideViewport(position)
    this.editor.focus()
  }

  goToOffset(offset: number): void {
    const { lineNumber, column } = this.model.getPositionAt(offset)
    this.goTo(lineNumber, column)
  }

  moveToEnd(): void {
    const line = this.model.getLineCount()
    this.editor.setPosition({ lineNumber: line, column: this.model.getLineMaxColumn(line) })
  }

  askForLine(): void {
    this.editor.focus()
    this.editor.trigger('status', 'editor.action.gotoLine', null)
  }

  toggleTabMovesFocus(): void {
    // Not the editor's own command: that keeps where it stands to itself.
    const on = !this.state.tabMovesFocus
    this.editor.updateOptions({ tabFocusMode: on })
    this.editor.focus()
    announce(statusText.tabMovesFocus(on), { kind: 'tab' })
  }

  setIndentation({ kind, size }: Indentation): void {
    this.model.updateOptions({ insertSpaces: kind === 'spaces', tabSize: size, indentSize: size })
  }

  /** Another text in place of this one, as one step that can be taken back. */
  replaceText(text: string): void {
    this.binding.replace(text)
  }

  dispose(): void {
    for (const stop of this.stops.splice(0)) stop()
    this.carets.dispose()
    this.binding.dispose()
    this.editor.dispose()
    this.model.dispose()
    this.listeners.clear()
  }

  private bind(): DocumentBinding {
    const { session, documentUnitsMax } = this
    return new DocumentBinding(this.editor, this.model, session.document.replica, {
      unitsMax: documentUnitsMax,
      tooLarge: (units, limit) => session.notify({ kind: 'too-large', units, limit }),
      drifted: (text) => session.notify({ kind: 'drifted', text }),
    })
  }

  private listen(): void {
    const { editor, model, session, documentUnitsMax } = this
    const { KeyCode, KeyMod } = monaco
    const disposables = [
      editor.onDidChangeCursorSelection(() => {
        this.update()
        this.sendCaret()
      }),
      editor.addAction({
        id: 'room.toggleTabMovesFocus',
        label: statusText.tabMovesFocusToggle,
        keybindings: [
          isApple ? KeyMod.WinCtrl | KeyMod.Shift | KeyCode.KeyM : KeyMod.CtrlCmd | KeyCode.KeyM,
        ],
        run: () => this.toggleTabMovesFocus(),
      }),
      editor.onDidChangeConfiguration(() => this.update()),
      model.onDidChangeOptions(() => this.update()),
    ]
    this.stops.push(...disposables.map((disposable) => () => disposable.dispose()))

    this.stops.push(
      session.onReplica(() => {
        this.binding.dispose()
        this.binding = this.bind()
        this.sendCaret()
      }),
    )

    const observer = new ResizeObserver(() => editor.layout())
    observer.observe(this.node)
    this.stops.push(() => observer.disconnect())

    const onPaste = (event: ClipboardEvent) => this.guardPaste(event, documentUnitsMax())
    // The node itself belongs to Monaco; in the capture phase we are there before its listeners.
    this.node.addEventListener('paste', onPaste, { capture: true })
    this.stops.push(() => this.node.removeEventListener('paste', onPaste, { capture: true }))
  }

  private guardPaste(event: ClipboardEvent, limit: number): void {
    const pasted = event.clipboardData?.getData('text/plain') ?? ''
    const selections = this.editor.getSelections() ?? []
    const gone = selections.reduce((sum, range) => sum + this.model.getValueLengthInRange(range), 0)
    const units =
      this.model.getValueLength() - gone + pasted.length * Math.max(1, selections.length)
    if (units <= limit) return
    event.preventDefault()
    event.stopImmediatePropagation()
    this.session.notify({ kind: 'too-large', units, limit })
  }

  private sendCaret(): void {
    this.session.moveCaret(this.binding.caret())
  }

  private read(): EditorState {
    const position = this.editor.getPosition() ?? { lineNumber: 1, column: 1 }
    const { insertSpaces, tabSize, indentSize } = this.model.getOptions()
    const selections = this.editor.getSelections() ?? []
    return {
      lineNumber: position.lineNumber,
      column: position.column,
      selectedUnits: selections.reduce(
        (sum, range) => sum + this.model.getValueLengthInRange(range),
        0,
      ),
      indentation: insertSpaces
        ? { kind: 'spaces', size: indentSize }
        : { kind: 'tabs', size: tabSize },
      tabMovesFocus: this.editor.getOption(monaco.editor.EditorOption.tabFocusMode),
    }
  }

  private update(): void {
    this.state = this.read()
    for (const listener of this.listeners) listener()
  }
}

const fixedOptions: monaco.editor.IStandaloneEditorConstructionOptions = {
  accessibilitySupport: 'auto',
  automaticLayout: false,
  bracketPairColorization: { enabled: false },
  codeLens: false,
  cursorSmoothCaretAnimation: 'off',
  dropIntoEditor: { enabled: false },
  fixedOverflowWidgets: true,
  fontLigatures: false,
  guides: { indentation: true, highlightActiveIndentation: false },
  hideCursorInOverviewRuler: true,
  lineDecorationsWidth: 0,
  minimap: { enabled: false },
  occurrencesHighlight: 'off',
  overviewRulerBorder: false,
  overviewRulerLanes: 0,
  padding: { top: 8, bottom: 8 },
  renderLineHighlight: 'all',
  renderWhitespace: 'selection',
  scrollBeyondLastLine: false,
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
  selectionHighlight: false,
  stickyScroll: { enabled: false },
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: true },
  // The shared text is nobody's to rewrite because of a U+2028 in it.
  unusualLineTerminators: 'off',
  wordBasedSuggestions: 'currentDocument',
}

function lookOptions(look: EditorLook): monaco.editor.IEditorOptions {
  return {
    ariaLabel: look.ariaLabel,
    fontSize: look.fontSize,
    lineHeight: Math.round(look.fontSize * codeLeading),
    readOnly: !look.canEdit,
    domReadOnly: !look.canEdit,
    readOnlyMessage: { value: look.readOnlyLine },
  }
}
