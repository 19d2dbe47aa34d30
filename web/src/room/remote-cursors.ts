/**
 * Where the others are, from what they say in their awareness. What they say names letters; here
 * it becomes offsets that move with the text until they say something newer. Whose a state is, the
 * server has put into it, as `sid`; name and colour are those of the room's list.
 * Without an editor: the editor draws what is here.
 */
import type * as Y from 'yjs'
import type { Participant } from '../contract/events'
import { parseRelative, toOffsets } from './document/relative'
import type { RelativeSelection } from './document/relative'
import { mapOffset, moveSelected, replacementsOf } from './document/replacements'
import type { Selected } from './document/replacements'
import { slotOf } from './room-data'

export interface RemoteCursor extends Selected {
  /** The number of the one who says it. */
  id: number
  sid: string
  name: string
  slot: number
  /** When this person last moved or typed, in milliseconds. */
  movedAt: number
  isAway: boolean
}

interface Known {
  state: State
  /** Undefined while it names letters that are not here yet. */
  at: Selected | undefined
  movedAt: number
}

/** What somebody says, as far as it makes sense. */
interface State {
  sid: string
  position: RelativeSelection
  isAway: boolean
  /** The client number of this one's edits. */
  author: number
}

export class RemoteCursors {
  private readonly known = new Map<number, Known>()
  private readonly listeners = new Set<() => void>()
  private participants: readonly Participant[] = []
  private code: Y.Text | undefined

  constructor(private readonly now: () => number) {}

  get all(): RemoteCursor[] {
    return [...this.known].flatMap(([id, known]) => this.shown(id, known) ?? [])
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  /** From now on positions are in this text. */
  attach(code: Y.Text): void {
    this.code?.unobserve(this.follow)
    this.code = code
    code.observe(this.follow)
    for (const known of this.known.values()) known.at = toOffsets(code, known.state.position)
    this.tell()
  }

  /** Some of the others' states are new. */
  update(clients: readonly number[], states: ReadonlyMap<number, unknown>): void {
    for (const client of clients) this.hear(client, parseState(client, states.get(client)))
    this.tell()
  }

  /** Who is in the room, as the server says. */
  setParticipants(participants: readonly Participant[]): void {
    if (this.participants === participants) return
    this.participants = participants
    if (this.known.size > 0) this.tell()
  }

  dispose(): void {
    this.code?.unobserve(this.follow)
    this.code = undefined
    this.listeners.clear()
  }

  private hear(client: number, state: State | undefined): void {
    if (!state || !this.code) {
      this.known.delete(client)
      return
    }
    const at = toOffsets(this.code, state.position)
    const before = this.known.get(client)
    // The same place again only says that somebody is still there.
    const isStill = before?.at?.head === at?.head && before?.at?.anchor === at?.anchor
    const movedAt = isStill && before ? before.movedAt : this.now()
    this.known.set(client, { state, at, movedAt })
  }

  private readonly follow = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
    const { code } = this
    if (!code || this.known.size === 0) return
    const change = replacementsOf(event.delta)
    for (const known of this.known.values()) {
      const { at, state } = known
      const isTyping = hasEdited(transaction, state.author)
      if (isTyping) known.movedAt = this.now()
      if (!at || !change) known.at = toOffsets(code, state.position)
      else if (at.anchor === at.head && isTyping) {
        // They type at their own caret, and will say so in a moment.
        const head = mapOffset(at.head, change, 'after')
        known.at = { anchor: head, head }
      } else known.at = moveSelected(at, change)
    }
    this.tell()
  }

  private shown(id: number, { state, at, movedAt }: Known): RemoteCursor | undefined {
    const { sid, isAway } = state
    const participant = this.participants.find((one) => one.sid === sid)
    // Not in the list: gone, or not here yet.
    if (!at || !participant) return undefined
    return { id, sid, name: participant.name, slot: slotOf(participant), movedAt, isAway, ...at }
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}

function hasEdited({ beforeState, afterState }: Y.Transaction, client: number): boolean {
  return (afterState.get(client) ?? 0) > (beforeState.get(client) ?? 0)
}

/** Undefined for whoever has no caret in the code. */
function parseState(client: number, state: unknown): State | undefined {
  if (typeof state !== 'object' || state === null) return undefined
  const { sid, cursor, selection, doc, away } = state as Record<string, unknown>
  const position = parseRelative(cursor) ?? parseRelative(selection)
  if (typeof sid !== 'string' || !position) return undefined
  const author = typeof doc === 'number' ? doc : client
  return { sid, position, isAway: away === true, author }
}
