/**
 * The room's document as this page has it: a replica in step with the server, the copy of it that
 * this device keeps, and what happens when the server will not have something. A refused change
 * cannot be taken out of a replica, since later changes stand on it; so the replica is built anew
 * from the server, and the text that was here is handed out.
 *
 * No React and no socket. Ownership: owns replicas, engines and timers; `dispose` may be called
 * twice.
 */
import * as Y from 'yjs'
import type { Problem } from '../../contract/events'
import type { CopyKeeper } from './copy-keeper'
import type { YMessage } from './messages'
import { Replica } from './replica'
import { SyncEngine, malformed } from './sync-engine'
import type { SyncPort } from './sync-engine'

export interface Refusal {
  problem: Problem
  /** The text that was here, when the room's is another one. */
  text: string | undefined
}

export type RoomDocumentPort = Pick<SyncPort, 'send' | 'now' | 'changed' | 'synced'> & {
  /** What came over this connection made no sense: another one is wanted, after a while. */
  drop: () => void
  /** Another replica is shown from now on. The one before is gone when the call returns. */
  replaced: (refusal: Refusal) => void
}

interface Part {
  replica: Replica
  engine: SyncEngine
}

export class RoomDocument {
  private shown: Part
  /** On its way from the server, to be shown in place of a replica that was refused. */
  private next: Part | undefined
  private problem: Problem | undefined
  private isConnected = false
  private isDisposed = false

  constructor(
    private readonly copy: CopyKeeper,
    private readonly port: RoomDocumentPort,
  ) {
    this.shown = this.make()
    copy.attach(this.shown.replica.doc)
  }

  get replica(): Replica {
    return this.shown.replica
  }

  get text(): string {
    return this.shown.replica.text
  }

  get unacknowledged(): number {
    return this.shown.engine.unacknowledged
  }

  get unacknowledgedSince(): number | undefined {
    return this.shown.engine.unacknowledgedSince
  }

  get askingSince(): number | undefined {
    return this.shown.engine.askingSince
  }

  /** Takes in what this device has kept of the room, if anything; the next sync brings it along. */
  async restore(): Promise<boolean> {
    const kept = await this.copy.load()
    if (this.isDisposed) return false
    for (const update of kept) {
      try {
        Y.applyUpdate(this.shown.replica.doc, update, this.copy)
      } catch {
        // A damaged copy is worth no more than none.
      }
    }
    return kept.length > 0
  }

  connect(): void {
    this.isConnected = true
    this.active.engine.connect()
  }

  disconnect(): void {
    this.isConnected = false
    this.shown.engine.disconnect()
    this.next?.engine.disconnect()
  }

  receive(message: Exclude<YMessage, { kind: 'awareness' }>): void {
    this.active.engine.receive(message)
  }

  /** Asks the server whether something was missed. */
  ask(): void {
    this.active.engine.ask()
  }

  dispose(): void {
    this.isDisposed = true
    for (const part of [this.shown, this.next]) {
      part?.engine.dispose()
      part?.replica.dispose()
    }
  }

  private get active(): Part {
    return this.next ?? this.shown
  }

  private make(): Part {
    const replica = new Replica()
    const { send, now, changed } = this.port
    const engine: SyncEngine = new SyncEngine(replica.doc, {
      send,
      now,
      changed,
      synced: () => {
        this.port.synced()
        if (this.next?.engine === engine) this.swap(this.next)
      },
      refused: (problem) => this.rebuild(problem),
    })
    return { replica, engine }
  }

  private rebuild(problem: Problem): void {
    this.problem ??= problem
    // Asked at once, it would most likely say the same again.
    if (problem.code === malformed) this.port.drop()
    this.next?.engine.dispose()
    this.next?.replica.dispose()
    this.next = this.make()
    if (this.isConnected) this.next.engine.connect()
  }

  private swap(next: Part): void {
    const before = this.shown
    const { text } = before.replica
    this.shown = next
    this.next = undefined
    // Otherwise the next reload would bring back what was refused.
    this.copy.discard()
    this.copy.attach(next.replica.doc)
    const problem = this.problem ?? { code: 'internal', message: '' }
    this.problem = undefined
    this.port.replaced({ problem, text: text === next.replica.text ? undefined : text })
    before.engine.dispose()
    before.replica.dispose()
  }
}
