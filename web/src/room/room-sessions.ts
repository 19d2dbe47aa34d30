/**
 * Which rooms are open in this page. React may mount a page twice and unmount it in between, so
 * a session is counted outside React and ends one second after its last user has left.
 */
interface Disposable {
  dispose: () => void
}

interface Entry<T> {
  session: T
  users: number
  timer: ReturnType<typeof setTimeout> | undefined
}

const lingerMs = 1_000

export class SharedSessions<T extends Disposable> {
  private readonly entries = new Map<string, Entry<T>>()

  constructor(private readonly create: (id: string) => T) {}

  /** The session of `id`, made when there is none. Every `acquire` wants one `release`. */
  acquire(id: string): T {
    const entry = this.entries.get(id) ?? this.add(id)
    clearTimeout(entry.timer)
    entry.users++
    return entry.session
  }

  /** The session as long as somebody has claimed it. */
  get(id: string): T | undefined {
    return this.entries.get(id)?.session
  }

  release(id: string): void {
    const entry = this.entries.get(id)
    if (!entry) return
    entry.users--
    if (entry.users <= 0) this.endSoon(id, entry)
  }

  private add(id: string): Entry<T> {
    const entry: Entry<T> = { session: this.create(id), users: 0, timer: undefined }
    this.entries.set(id, entry)
    return entry
  }

  private endSoon(id: string, entry: Entry<T>): void {
    clearTimeout(entry.timer)
    entry.timer = setTimeout(() => {
      this.entries.delete(id)
      entry.session.dispose()
    }, lingerMs)
  }
}
