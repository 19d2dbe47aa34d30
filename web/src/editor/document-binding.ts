/**
 * Keeps an editor's model and a replica of the room's document the same text, in both directions
 * and without an echo: what is typed goes into the document, what others do goes into the model,
 * and undo and redo take back only one's own changes.
 *
 * Ownership: uses model, replica and editor, owns its listeners and undo steps. `dispose` may be
 * called twice; after it the model is an ordinary one.
 */
import * as Y from 'yjs'
import { diff } from '../room/document/diff'
import { toOffsets, toRelative } from '../room/document/relative'
import type { RelativeSelection } from '../room/document/relative'
import { moveSelected, replacementsOf } from '../room/document/replacements'
import type { Replacement, Selected } from '../room/document/replacements'
import type { Replica } from '../room/document/replica'
import { HiddenUnits } from './hidden-units'
import { monaco } from './monaco'

type Editor = monaco.editor.IStandaloneCodeEditor
type Model = monaco.editor.ITextModel
type StackEvent = { stackItem: { meta: Map<unknown, unknown> } }

export interface BindingPort {
  /** How much text the room holds, in UTF-16 code units. */
  unitsMax: () => number
  /** An own change would pass that, and was not made. */
  tooLarge: (units: number, limit: number) => void
  /** The model held another text than the document; now it holds the document's. */
  drifted: (text: string) => void
}

/** Typing that follows within this time is taken back together with what came before it. */
const captureTimeoutMs = 500

export class DocumentBinding {
  private isApplying = false
  /** What is selected, for the moment when a change has already moved it. */
  private selections: Selected[]
  private selectionsBefore: RelativeSelection[] = []
  private readonly code: Y.Text
  private readonly hidden: HiddenUnits
  private readonly steps: Y.UndoManager
  private readonly stops: (() => void)[] = []

  constructor(
    private readonly editor: Editor,
    private readonly model: Model,
    private readonly replica: Replica,
    private readonly port: BindingPort,
  ) {
    if (model.getEOL() !== '\n') throw new Error('line ends must be LF before text is shared')
    this.code = replica.code
    this.hidden = new HiddenUnits(this.code)
    this.apply(diff(model.getValue(), replica.text))
    this.selections = this.read()
    this.steps = new Y.UndoManager(this.code, {
      trackedOrigins: new Set([this]),
      captureTimeout: captureTimeoutMs,
    })
    this.steps.on('stack-item-added', ({ stackItem }: StackEvent) =>
      stackItem.meta.set(this, this.selectionsBefore),
    )
    this.steps.on('stack-item-popped', ({ stackItem }: StackEvent) =>
      this.restore(stackItem.meta.get(this) as RelativeSelection[] | undefined),
    )
    this.code.observe(this.onDocumentChange)
    const onContent = model.onDidChangeContent((event) => this.onModelChange(event))
    const onSelection = editor.onDidChangeCursorSelection(() => {
      if (!this.isApplying) this.selections = this.read()
    })
    this.stops.push(
      () => this.code.unobserve(this.onDocumentChange),
      () => onContent.dispose(),
      () => onSelection.dispose(),
      () => this.steps.destroy(),
      replaceUndo(model, editor, this.steps, () => this.keepSelections()),
    )
  }

  /** The own caret, so that it holds while others type. */
  caret(): RelativeSelection {
    const [first] = this.read()
    return this.relative(first ?? { anchor: 0, head: 0 })
  }

  /** Another text in place of this one, as one step that can be taken back. */
  replace(text: string): void {
    this.steps.stopCapturing()
    this.editor.executeEdits('replace', this.edits(diff(this.model.getValue(), text)))
    this.steps.stopCapturing()
  }

  dispose(): void {
    for (const stop of this.stops.splice(0)) stop()
  }

  private onModelChange(event: monaco.editor.IModelContentChangedEvent): void {
    if (this.isApplying) return
    // Not a person's edit, whoever did it: the document says what the text is.
    if (event.isFlush || event.isEolChange) {
      this.repair()
      return
    }
    const changes = [...event.changes].sort((a, b) => a.rangeOffset - b.rangeOffset)
    const grown = changes.reduce((sum, { text, rangeLength }) => sum + text.length - rangeLength, 0)
    const limit = this.port.unitsMax()
    if (grown > 0 && this.code.length + grown > limit) {
      this.takeBack(changes)
      this.port.tooLarge(this.code.length + grown, limit)
      return
    }
    this.keepSelections()
    this.replica.doc.transact(() => {
      // From the end, so that the offsets before it hold.
      for (const { rangeOffset, rangeLength, text } of changes.reverse()) {
        const start = this.hidden.toDocument(rangeOffset)
        const end = this.hidden.toDocument(rangeOffset + rangeLength)
        if (end > start) this.code.delete(start, end - start)
        if (text !== '') this.code.insert(start, text)
      }
    }, this)
    this.hidden.refresh()
    this.checkStep()
  }

  private readonly onDocumentChange = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
    if (transaction.origin === this) return
    let change = this.hidden.areNone ? replacementsOf(event.delta) : undefined
    if (!change) {
      this.hidden.look()
      change = diff(this.model.getValue(), this.replica.text)
    }
    const wanted = this.read().map((selected) => moveSelected(selected, change))
    this.apply(change)
    // Monaco moves carets by itself; only text at the edge of a selection it would let join.
    if (!areSame(this.read(), wanted)) this.select(wanted)
    this.selections = wanted
    this.checkStep()
  }

  /** Monaco never asks before it changes a model, so what may not be has to go again. */
  private takeBack(changes: readonly monaco.editor.IModelContentChange[]): void {
    const before = this.replica.text
    let shift = 0
    const edits = changes.map(({ rangeOffset, rangeLength, text }): Replacement => {
      const offset = rangeOffset + shift
      shift += text.length - rangeLength
      const gone = before.slice(rangeOffset, rangeOffset + rangeLength)
      return { offset, length: text.length, text: gone }
    })
    const { selections } = this
    this.apply(edits)
    // The editor sets its carets only when it is done with what it was told to insert.
    queueMicrotask(() => {
      if (!this.model.isDisposed()) this.select(selections)
    })
  }

  private checkStep(): void {
    if (this.model.getValueLength() !== this.code.length - this.hidden.count) this.repair()
  }

  private repair(): void {
    const odd = this.model.getValue(monaco.editor.EndOfLinePreference.LF)
    this.applying(() => {
      if (this.model.getEOL() !== '\n') this.model.setEOL(monaco.editor.EndOfLineSequence.LF)
    })
    this.hidden.look()
    const change = diff(odd, this.replica.text)
    if (change.length === 0) return
    this.apply(change)
    this.port.drifted(odd)
  }

  private apply(change: readonly Replacement[]): void {
    if (change.length === 0) return
    this.applying(() => this.model.applyEdits(this.edits(change)))
  }

  private applying(body: () => void): void {
    this.isApplying = true
    try {
      body()
    } finally {
      this.isApplying = false
    }
  }

  private edits(change: readonly Replacement[]): monaco.editor.IIdentifiedSingleEditOperation[] {
    return change.map(({ offset, length, text }) => {
      const start = this.model.getPositionAt(offset)
      const end = length === 0 ? start : this.model.getPositionAt(offset + length)
      return { range: monaco.Range.fromPositions(start, end), text }
    })
  }

  /** Before the document changes: a step that is taken back also gives the carets back. */
  private keepSelections(): void {
    this.selectionsBefore = this.selections.map((selected) => this.relative(selected))
  }

  private relative({ anchor, head }: Selected): RelativeSelection {
    const at = (offset: number) => Math.min(this.hidden.toDocument(offset), this.code.length)
    return toRelative(this.code, { anchor: at(anchor), head: at(head) })
  }

  private restore(kept: readonly RelativeSelection[] | undefined): void {
    const selections = (kept ?? []).flatMap((one) => toOffsets(this.code, one) ?? [])
    if (selections.length > 0)
      this.select(
        selections.map(({ anchor, head }) => ({
          anchor: this.hidden.toModel(anchor),
          head: this.hidden.toModel(head),
        })),
      )
    const caret = this.editor.getSelection()
    if (caret) this.editor.revealRangeInCenterIfOutsideViewport(caret)
  }

  private read(): Selected[] {
    return (this.editor.getSelections() ?? []).map((selection) => ({
      anchor: this.model.getOffsetAt(selection.getSelectionStart()),
      head: this.model.getOffsetAt(selection.getPosition()),
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
    this.selections = this.read()
  }
}

/**
 * Puts our undo on the model object, where the editor's keys, commands and other people's key maps
 * all end. The model's own would replay positions that others have moved. Returns what ends it.
 */
function replaceUndo(
  model: Model,
  editor: Editor,
  steps: Y.UndoManager,
  beforeUndo: () => void,
): () => void {
  const mayEdit = () => !editor.getOption(monaco.editor.EditorOption.readOnly)
  const replay = (act: () => unknown) => {
    if (!mayEdit()) return
    beforeUndo()
    act()
  }
  const methods = {
    undo: () => replay(() => steps.undo()),
    redo: () => replay(() => steps.redo()),
    canUndo: () => mayEdit() && steps.canUndo(),
    canRedo: () => mayEdit() && steps.canRedo(),
    // Monaco says with it where a step of typing ends; its own steps end as well, since one that
    // grew for ever would cost more with each letter.
    pushStackElement: () => {
      steps.stopCapturing()
      ;(Object.getPrototypeOf(model) as Model).pushStackElement.call(model)
    },
  }
  Object.assign(model, methods)
  return () => {
    for (const name of Object.keys(methods)) Reflect.deleteProperty(model, name)
  }
}

function areSame(a: readonly Selected[], b: readonly Selected[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ anchor, head }, index) => b[index]?.anchor === anchor && b[index].head === head)
  )
}
