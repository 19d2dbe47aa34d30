/**
 * Keeps an editor's model and the room's document the same text, in both directions and without
 * an echo: what is typed goes to the document, what others do goes into the model, and undo and
 * redo take back only one's own changes.
 *
 * Ownership: uses model, document and editor, owns its listeners. `dispose` may be called twice.
 */
import type { ChangeSet } from '../room/document/change-set'
import { diff } from '../room/document/diff'
import type { DocumentEvent, SharedDocument } from '../room/document/shared-document'
import { monaco } from './monaco'
import { OwnUndo, moved } from './own-undo'
import type { Selected } from './own-undo'

type Editor = monaco.editor.IStandaloneCodeEditor
type Model = monaco.editor.ITextModel

/** What the editor's keys and commands call; the model's own would replay others' changes. */
interface UndoMethods {
  undo: () => void
  redo: () => void
  canUndo: () => boolean
  canRedo: () => boolean
  pushStackElement: () => void
}

export class DocumentBinding {
  private isApplying = false
  private readonly undo: OwnUndo
  private readonly stops: (() => void)[] = []

  /** The model must hold the document's text, with LF line ends. */
  constructor(
    private readonly editor: Editor,
    private readonly model: Model,
    private readonly document: SharedDocument,
  ) {
    if (model.getEOL() !== '\n') throw new Error('line ends must be LF before text is shared')
    this.undo = new OwnUndo(document, {
      now: () => performance.now(),
      selections: () => this.selections(),
    })
    this.putOwnUndoOn(model)
    const onContent = model.onDidChangeContent((event) => this.onModelChange(event))
    const onSelection = editor.onDidChangeCursorSelection(() => this.undo.rememberSelections())
    this.stops.push(
      document.subscribe((event) => this.onDocumentChange(event)),
      () => onContent.dispose(),
      () => onSelection.dispose(),
      () => this.undo.dispose(),
    )
  }

  /** An own change that did not come from the keyboard; it can be taken back. */
  replace(change: ChangeSet): void {
    this.undo.stop()
    this.apply(change)
    this.document.edit(change, 'typing')
    this.undo.stop()
  }

  dispose(): void {
    for (const stop of this.stops.splice(0)) stop()
  }

  private onModelChange(event: monaco.editor.IModelContentChangedEvent): void {
    if (this.isApplying) return
    if (!event.isFlush) {
      this.document.type(
        event.changes.map(({ range, rangeOffset, rangeLength, text }) => ({
          range: {
            startLineNumber: range.startLineNumber,
            startColumn: range.startColumn,
            endLineNumber: range.endLineNumber,
            endColumn: range.endColumn,
          },
          rangeOffset,
          rangeLength,
          text,
        })),
      )
    }
    // Whatever an editor command may do to line ends, both sides stay the same text.
    if (this.model.getValueLength() !== this.document.text.length)
      this.document.edit(diff(this.document.text, this.model.getValue()), 'typing')
  }

  private onDocumentChange({ change, origin }: DocumentEvent): void {
    if (origin !== 'remote') return
    const wanted = this.selections().map((selected) => moved(selected, change))
    this.apply(change)
    // Monaco moves carets by itself; only text at the edge of a selection it would let join.
    if (!sameSelections(this.selections(), wanted)) this.select(wanted)
  }

  private apply(change: ChangeSet): void {
    const edits = change.replacements().map(({ offset, length, text }) => {
      const start = this.model.getPositionAt(offset)
      const end = length === 0 ? start : this.model.getPositionAt(offset + length)
      return { range: monaco.Range.fromPositions(start, end), text }
    })
    this.isApplying = true
    try {
      this.model.applyEdits(edits)
    } finally {
      this.isApplying = false
    }
  }

  private putOwnUndoOn(model: Model): void {
    const mayEdit = () => !this.editor.getOption(monaco.editor.EditorOption.readOnly)
    const show = (change: ChangeSet, selections: Selected[]) => {
      this.apply(change)
      if (selections.length > 0) this.select(selections)
      this.editor.revealRangeInCenterIfOutsideViewport(
        this.editor.getSelection() ?? new monaco.Range(1, 1, 1, 1),
      )
    }
    const methods: UndoMethods = {
      undo: () => {
        if (mayEdit()) this.undo.undo(show)
      },
      redo: () => {
        if (mayEdit()) this.undo.redo(show)
      },
      canUndo: () => mayEdit() && this.undo.canUndo,
      canRedo: () => mayEdit() && this.undo.canRedo,
      // Monaco says with it where a step of typing ends.
      pushStackElement: () => this.undo.stop(),
    }
    Object.assign(model, methods)
  }

  private selections(): Selected[] {
    return (this.editor.getSelections() ?? []).map((selection) => ({
      anchor: this.model.getOffsetAt({
        lineNumber: selection.selectionStartLineNumber,
        column: selection.selectionStartColumn,
      }),
      head: this.model.getOffsetAt({
        lineNumber: selection.positionLineNumber,
        column: selection.positionColumn,
      }),
    }))
  }

  private select(selections: readonly Selected[]): void {
    this.editor.setSelections(
      selections.map(({ anchor, head }) =>
        monaco.Selection.fromPositions(
          this.model.getPositionAt(anchor),
          this.model.getPositionAt(head),
        ),
      ),
    )
  }
}

function sameSelections(a: readonly Selected[], b: readonly Selected[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ anchor, head }, index) => b[index]?.anchor === anchor && b[index].head === head)
  )
}
