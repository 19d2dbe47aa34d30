import { useSyncExternalStore } from 'react'

type Announcement = { text: string; kind: string | undefined }
type Spoken = { polite: string; assertive: string }

/** How long one message stands before the next takes its place. */
const paceMs = 1000

/**
 * What screen readers are told. Polite messages wait for each other; of those that wait, a newer
 * one of the same kind replaces the older. Assertive ones come at once.
 */
export class AnnouncementQueue {
  #spoken: Spoken = { polite: '', assertive: '' }
  #waiting: Announcement[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #listeners = new Set<() => void>()

  readonly get = (): Spoken => this.#spoken

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  say(text: string, { assertive = false, kind }: { assertive?: boolean; kind?: string } = {}) {
    if (assertive) {
      this.#speak({ ...this.#spoken, assertive: again(this.#spoken.assertive, text) })
      return
    }
    const same = this.#waiting.findIndex((entry) => kind !== undefined && entry.kind === kind)
    if (same >= 0) this.#waiting[same] = { text, kind }
    else this.#waiting.push({ text, kind })
    if (this.#timer === undefined) this.#next()
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (!next) {
      this.#timer = undefined
      return
    }
    this.#speak({ ...this.#spoken, polite: again(this.#spoken.polite, next.text) })
    this.#timer = setTimeout(() => this.#next(), paceMs)
  }

  #speak(spoken: Spoken): void {
    this.#spoken = spoken
    for (const listener of [...this.#listeners]) listener()
  }
}

// The same words twice are no change to a live region, and would not be read.
function again(before: string, text: string): string {
  return before === text ? `${text}\u00a0` : text
}

const queue = new AnnouncementQueue()

/** Tells screen readers, without moving the focus. `kind` merges messages that wait. */
export function announce(text: string, options?: { assertive?: boolean; kind?: string }): void {
  queue.say(text, options)
}

/** The two live regions; once in the page, outside everything that comes and goes. */
export function Announcer() {
  const spoken = useSyncExternalStore(queue.subscribe, queue.get)
  return (
    <div className="sr">
      <div aria-live="polite" aria-atomic="true">
        {spoken.polite}
      </div>
      <div aria-live="assertive" aria-atomic="true">
        {spoken.assertive}
      </div>
    </div>
  )
}
