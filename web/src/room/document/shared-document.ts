/**
 * The room's text as this client has it, and what is still on its way to the server.
 *
 * Own changes are applied at once and sent one packet each; the server's answer makes them
 * acknowledged. Relayed changes are applied as they come. While there is no server, own changes
 * wait as one; `load` then merges them with the text that the server has by now, whichever of
 * the unanswered packets it had still got, so that nothing is lost and nothing doubled.
 *
 * No sockets, clocks or editors: packets leave through `send`, everything else comes in by calls.
 */
import type { Change } from '../../contract/events'
import { ChangeSet } from './change-set'
import { diff, weight } from './diff'
import { InverseStack } from './inverse-stack'
import { fromOwnChanges, fromRelayedChanges, toChanges } from './positions'

export interface Packet {
  id: string
  changes: Change[]
  rev: number
  code?: string
}

/** Who made a change: this person by typing, undoing or redoing; or somebody else. */
export type Origin = 'typing' | 'undo' | 'redo' | 'remote'

export interface DocumentEvent {
  change: ChangeSet
  origin: Origin
  before: string
}

interface Waiting {
  /** Absent while it was never sent. */
  id?: string
  inverse: ChangeSet
  /** How many of the person's changes it stands for. */
  changes: number
}

/** The full text goes along only while that is cheap; the server asks for no more. */
const codeUnitsMax = 100_000

export class SharedDocument {
  private current = ''
  private revision = 0
  private loaded = false
  private online = false
  private packets = 0
  private readonly waiting = new InverseStack<Waiting>()
  private readonly listeners = new Set<(event: DocumentEvent) => void>()

  /** `packetPrefix` makes packet ids unique among everybody's. */
  constructor(
    private readonly send: (packet: Packet) => void,
    private readonly packetPrefix: string,
  ) {}

  get text(): string {
    return this.current
  }

  get isLoaded(): boolean {
    return this.loaded
  }

  /** How many own changes the server has not acknowledged. */
  get unacknowledged(): number {
    return this.waiting.items.reduce((sum, { changes }) => sum + changes, 0)
  }

  subscribe(listener: (event: DocumentEvent) => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  /** An own change as Monaco reports it, in positions of the text before. */
  type(changes: Change[]): void {
    this.edit(fromOwnChanges(changes, this.current.length), 'typing', changes)
  }

  edit(change: ChangeSet, origin: Exclude<Origin, 'remote'>, wire?: Change[]): void {
    if (change.isEmpty) return
    const before = this.current
    this.current = change.apply(before)
    if (this.online) this.dispatch(change, before, wire ?? toChanges(change, before))
    else this.hold(change, before)
    this.tell({ change, origin, before })
  }

  /** A `code-update`. */
  receive(changes: readonly Change[], rev: number | undefined): void {
    if (!this.loaded) return
    if (rev !== undefined) this.revision = rev
    const change = fromRelayedChanges(changes, this.current)
    // A correction may bring the whole text: only what differs moves carets and undo steps.
    const [all] = change.replacements()
    const isWholeText = all !== undefined && all.length === change.before && all.length > 0
    this.applyRemote(isWholeText ? diff(this.current, change.apply(this.current)) : change)
  }

  /**
   * The server has `id` in its log, or refused it and will say what the text is. False when the
   * packet is not known any more: a `load` has dealt with it.
   */
  settle(id: string): boolean {
    const settled = this.waiting.items.find((entry) => entry.id === id)
    if (settled) this.waiting.remove(settled)
    return settled !== undefined
  }

  /** Own changes that are not acknowledged are given up at the next `load`; were there any? */
  forget(): boolean {
    const had = this.waiting.items.length > 0
    this.waiting.clear()
    return had
  }

  /** The server did not take `id` this time: it waits with what comes after it for `load`. */
  retry(id: string): void {
    for (const entry of this.waiting.items) if (entry.id === id) delete entry.id
    this.online = false
  }

  /** The connection is gone: from now on changes wait. */
  disconnect(): void {
    this.online = false
  }

  /** The text as the server has it: at first, after every reconnect, and when it corrects us. */
  load(text: string, rev: number): void {
    const theirs = text.replace(/\r\n?/g, '\n')
    this.revision = rev
    this.online = true
    if (!this.loaded) {
      this.loaded = true
      this.applyRemote(diff(this.current, theirs))
      return
    }
    const { own, base } = this.split(theirs)
    this.waiting.clear()
    const other = diff(base, theirs)
    this.applyRemote(other.transform(own, 'first'))
    const again = own.transform(other, 'second')
    if (!again.isEmpty) this.dispatch(again, theirs, toChanges(again, theirs))
  }

  /**
   * The last text in common, and our changes since. Packets arrive in order, so the server has
   * some first ones of those that were sent; the likeliest number is the one that leaves least
   * to be explained by others.
   */
  private split(theirs: string): { own: ChangeSet; base: string } {
    let back = ChangeSet.identity(this.current.length)
    let base = this.current
    let best: { back: ChangeSet; base: string; apart: number } | undefined
    const consider = () => {
      const apart = base === theirs ? 0 : weight(diff(base, theirs))
      if (!best || apart < best.apart) best = { back, base, apart }
    }
    const entries = this.waiting.items
    for (let index = entries.length - 1; index >= 0; index--) {
      const entry = entries[index]
      if (!entry) continue
      if (entry.id !== undefined) consider()
      if (best?.apart === 0) break
      back = back.compose(entry.inverse)
      base = entry.inverse.apply(base)
    }
    consider()
    const chosen = best ?? { back, base }
    return { own: chosen.back.invert(this.current), base: chosen.base }
  }

  private dispatch(change: ChangeSet, before: string, changes: Change[]): void {
    const id = `${this.packetPrefix}-${++this.packets}`
    this.waiting.push({ id, inverse: change.invert(before), changes: 1 })
    const packet: Packet = { id, changes, rev: this.revision }
    if (this.current.length <= codeUnitsMax) packet.code = this.current
    this.send(packet)
  }

  private hold(change: ChangeSet, before: string): void {
    const inverse = change.invert(before)
    const top = this.waiting.top
    if (top && top.id === undefined) {
      top.inverse = inverse.compose(top.inverse)
      top.changes++
    } else this.waiting.push({ inverse, changes: 1 })
  }

  private applyRemote(change: ChangeSet): void {
    if (change.isEmpty) return
    const before = this.current
    this.current = change.apply(before)
    this.waiting.mapOver(change)
    this.tell({ change, origin: 'remote', before })
  }

  private tell(event: DocumentEvent): void {
    for (const listener of this.listeners) listener(event)
  }
}
