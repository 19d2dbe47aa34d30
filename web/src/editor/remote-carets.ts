/**
 * Draws the others' carets, flags and selections in an editor. One content widget for each caret
 * with the flag in it; colours are eight fixed classes, names only ever become text.
 */
import { slotClass } from '../ui/avatar'
import { shownName } from '../people/shown-name'
import type { RemoteCursor, RemoteCursors } from '../room/remote-cursors'
import { monaco } from './monaco'

type Editor = monaco.editor.IStandaloneCodeEditor
type Model = monaco.editor.ITextModel

const flagShownMs = 2_000
const flagLettersMax = 16
/** A flag this near to one's own caret would cover what one types. */
const nearColumns = 2

interface Drawn {
  node: HTMLElement
  widget: monaco.editor.IContentWidget
  cursor: RemoteCursor
  position: monaco.Position
}

export class RemoteCarets {
  private readonly drawn = new Map<number, Drawn>()
  private readonly selections: monaco.editor.IEditorDecorationsCollection
  private readonly stops: (() => void)[] = []
  private pointer: monaco.IPosition | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private isDue = false

  constructor(
    private readonly editor: Editor,
    private readonly model: Model,
    private readonly cursors: RemoteCursors,
  ) {
    this.selections = editor.createDecorationsCollection()
    const onCaret = editor.onDidChangeCursorPosition(() => this.showFlags())
    const onMove = editor.onMouseMove(({ target }) => {
      this.pointer = target.position ?? undefined
      this.showFlags()
    })
    const onLeave = editor.onMouseLeave(() => {
      this.pointer = undefined
      this.showFlags()
    })
    this.stops.push(
      cursors.subscribe(() => this.drawSoon()),
      () => onCaret.dispose(),
      () => onMove.dispose(),
      () => onLeave.dispose(),
    )
    this.draw()
  }

  dispose(): void {
    for (const stop of this.stops.splice(0)) stop()
    clearTimeout(this.timer)
    for (const { widget } of this.drawn.values()) this.editor.removeContentWidget(widget)
    this.drawn.clear()
    this.selections.clear()
  }

  /** Once for all that comes in one go, and when the model has it as well. */
  private drawSoon(): void {
    if (this.isDue) return
    this.isDue = true
    queueMicrotask(() => {
      this.isDue = false
      if (this.stops.length > 0) this.draw()
    })
  }

  private draw(): void {
    const all = this.cursors.all
    const here = new Map(all.map((cursor) => [cursor.id, cursor]))
    for (const [id, { widget, cursor }] of this.drawn) {
      const { name, slot } = here.get(id) ?? {}
      if (name === cursor.name && slot === cursor.slot) continue
      this.editor.removeContentWidget(widget)
      this.drawn.delete(id)
    }
    for (const cursor of all) this.drawCaret(cursor)
    this.selections.set(
      all
        .filter(({ head, anchor }) => head !== anchor)
        .map(({ head, anchor, slot }) => ({
          range: monaco.Range.fromPositions(
            this.model.getPositionAt(Math.min(head, anchor)),
            this.model.getPositionAt(Math.max(head, anchor)),
          ),
          options: {
            className: `remote-selection ${slotClass(slot)}`,
            stickiness: monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
          },
        })),
    )
    this.showFlags()
  }

  private drawCaret(cursor: RemoteCursor): void {
    const position = this.model.getPositionAt(cursor.head)
    const height = `${this.editor.getOption(monaco.editor.EditorOption.lineHeight)}px`
    const known = this.drawn.get(cursor.id)
    if (known) {
      known.cursor = cursor
      known.position = position
      known.node.style.height = height
      this.editor.layoutContentWidget(known.widget)
      return
    }
    const node = caretNode(cursor)
    node.style.height = height
    const drawn: Drawn = {
      node,
      cursor,
      position,
      widget: {
        suppressMouseDown: false,
        getId: () => `caret-${cursor.id}`,
        getDomNode: () => node,
        getPosition: () => ({
          position: drawn.position,
          preference: [monaco.editor.ContentWidgetPositionPreference.EXACT],
        }),
      },
    }
    this.drawn.set(cursor.id, drawn)
    this.editor.addContentWidget(drawn.widget)
  }

  private showFlags(): void {
    const now = Date.now()
    const own = this.editor.getPosition()
    let next = Infinity
    for (const { node, cursor, position } of this.drawn.values()) {
      const until = cursor.movedAt + flagShownMs
      const isFresh = until > now
      if (isFresh) next = Math.min(next, until - now)
      const isPointedAt = isNear(this.pointer, position, 1)
      const isInTheWay = isNear(own ?? undefined, position, nearColumns)
      node.classList.toggle('flag-on', (isFresh || isPointedAt) && !isInTheWay)
      node.classList.toggle('below', position.lineNumber === 1)
      node.classList.toggle('away', cursor.isAway)
    }
    clearTimeout(this.timer)
    if (next < Infinity) this.timer = setTimeout(() => this.showFlags(), next + 1)
  }
}

function caretNode({ name, slot }: RemoteCursor): HTMLElement {
  const node = document.createElement('div')
  node.className = `remote-caret ${slotClass(slot)}`
  node.setAttribute('aria-hidden', 'true')
  const flag = document.createElement('span')
  flag.className = 'flag'
  flag.textContent = shownName(name, flagLettersMax)
  node.append(flag)
  return node
}

function isNear(a: monaco.IPosition | undefined, b: monaco.IPosition, columns: number): boolean {
  return a?.lineNumber === b.lineNumber && Math.abs(a.column - b.column) <= columns
}
