/**
 * Undo and redo of one's own changes only. The editor's own stack would replay positions that
 * others have moved and take their text along; this one carries every step across what they do.
 * Changes that come from the server, the starter code among them, never enter it.
 */
import { InverseStack } from '../room/document/inverse-stack'
import type { ChangeSet } from '../room/document/change-set'
import type { DocumentEvent, SharedDocument } from '../room/document/shared-document'

/** A selection in offsets; `anchor` is where it began, `head` where the caret is. */
export interface Selected {
  anchor: number
  head: number
}

interface Step {
  inverse: ChangeSet
  /** What was selected before the change, in the text that taking it back gives. */
  selections: Selected[]
}

export interface UndoOptions {
  /** Milliseconds, monotonic. */
  now: () => number
  /** What is selected at the moment. */
  selections: () => Selected[]
}

/** Typing that follows within this time is taken back together with what came before it. */
const joinWithinMs = 500
const stepsMax = 1_000

export class OwnUndo {
  private readonly undoSteps = new InverseStack<Step>(follow)
  private readonly redoSteps = new InverseStack<Step>(follow)
  private lastTypedAt = -Infinity
  private selectionsBefore: Selected[] = []
  private readonly unsubscribe: () => void

  constructor(
    private readonly document: SharedDocument,
    private readonly options: UndoOptions,
  ) {
    this.unsubscribe = document.subscribe((event) => this.record(event))
  }

  get canUndo(): boolean {
    return this.undoSteps.items.length > 0
  }

  get canRedo(): boolean {
    return this.redoSteps.items.length > 0
  }

  /** What is typed next is a step of its own. */
  stop(): void {
    this.lastTypedAt = -Infinity
  }

  /** The editor tells where its carets are, so that the next step knows what was before it. */
  rememberSelections(): void {
    this.selectionsBefore = this.options.selections()
  }

  /** Takes the last own change back; `apply` shows it first. False when there is none. */
  undo(apply: (change: ChangeSet, selections: Selected[]) => void): boolean {
    return this.replay(this.undoSteps, 'undo', apply)
  }

  redo(apply: (change: ChangeSet, selections: Selected[]) => void): boolean {
    return this.replay(this.redoSteps, 'redo', apply)
  }

  dispose(): void {
    this.unsubscribe()
  }

  private replay(
    steps: InverseStack<Step>,
    origin: 'undo' | 'redo',
    apply: (change: ChangeSet, selections: Selected[]) => void,
  ): boolean {
    for (let step = steps.pop(); step; step = steps.pop()) {
      // Others may have deleted all of it already.
      if (step.inverse.isEmpty) continue
      this.stop()
      this.rememberSelections()
      apply(step.inverse, step.selections)
      this.document.edit(step.inverse, origin)
      this.rememberSelections()
      return true
    }
    return false
  }

  private record({ change, origin, before }: DocumentEvent): void {
    if (origin === 'remote') {
      this.undoSteps.mapOver(change)
      this.redoSteps.mapOver(change)
      this.selectionsBefore = this.selectionsBefore.map((selected) => moved(selected, change))
      return
    }
    const step: Step = { inverse: change.invert(before), selections: this.selectionsBefore }
    if (origin === 'undo') this.redoSteps.push(step)
    else if (origin === 'redo') this.undoSteps.push(step)
    else this.recordTyping(step)
  }

  private recordTyping(step: Step): void {
    this.redoSteps.clear()
    const now = this.options.now()
    const top = this.undoSteps.top
    if (top && now - this.lastTypedAt < joinWithinMs)
      top.inverse = step.inverse.compose(top.inverse)
    else this.undoSteps.push(step)
    if (this.undoSteps.items.length > stepsMax) this.undoSteps.dropOldest()
    this.lastTypedAt = now
  }
}

function follow(step: Step, change: ChangeSet): void {
  step.selections = step.selections.map((selected) => moved(selected, change))
}

/** Text that somebody puts at an edge of a selection does not join it. */
export function moved({ anchor, head }: Selected, change: ChangeSet): Selected {
  if (anchor === head) {
    const at = change.map(head, 'before')
    return { anchor: at, head: at }
  }
  const [start, end] = anchor < head ? [anchor, head] : [head, anchor]
  const from = change.map(start, 'after')
  const to = Math.max(from, change.map(end, 'before'))
  return anchor < head ? { anchor: from, head: to } : { anchor: to, head: from }
}
