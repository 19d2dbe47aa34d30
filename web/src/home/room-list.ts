import { deleteRoom, listRooms, patchRoom } from '../api/rooms'
import type { ApiError } from '../api/http'
import type { RoomInList, RoomList } from '../contract/rest'

export type RoomListState = {
  /** Newest activity first. Stays when a later request fails. */
  rooms: readonly RoomInList[]
  /** Where the next page begins; null when there is none. */
  next: string | null
  /** `first`: nothing was there. `again`: after a failure. `more`: a page after those there. */
  loading: 'first' | 'again' | 'more' | null
  error: ApiError | null
  query: string
}

/**
 * The caller's rooms. Plain TypeScript; the page makes one and drops it. The server pages but does
 * not search, so a search loads the pages that are still missing.
 */
export class RoomListStore {
  #state: RoomListState = { rooms: [], next: null, loading: 'first', error: null, query: '' }
  #listeners = new Set<() => void>()
  #generation = 0
  #moreFailed = false
  #page: Promise<void> | null = null

  readonly get = (): RoomListState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Loads the first page anew, keeping what is shown until it is there. */
  async load(): Promise<void> {
    const generation = ++this.#generation
    this.#moreFailed = false
    if (this.#state.rooms.length === 0) this.#set({ loading: 'first', error: null })
    else if (this.#state.error !== null) this.#set({ loading: 'again' })
    const result = await listRooms(null)
    if (generation !== this.#generation) return
    if (!result.ok) {
      this.#set({ loading: null, error: result.error })
      return
    }
    this.#set({ ...this.#withFirstPage(result.value), loading: null, error: null })
    await this.#completeSearch()
  }

  /** Does again what failed last. */
  retry(): Promise<void> {
    return this.#moreFailed ? this.more() : this.load()
  }

  /** Pages that were loaded further down stay below a first page that is newer than they. */
  #withFirstPage(page: RoomList): Pick<RoomListState, 'rooms' | 'next'> {
    const last = page.rooms.at(-1)
    const { rooms, next } = this.#state
    if (!last || page.next === null || rooms.length <= page.rooms.length) return page
    const fresh = new Set(page.rooms.map((room) => room.room_id))
    const older = rooms.filter(
      (room) => !fresh.has(room.room_id) && room.updated_at <= last.updated_at,
    )
    return { rooms: [...page.rooms, ...older], next }
  }

  /** Loads the next page; asked again meanwhile, it is the same loading. */
  more(): Promise<void> {
    this.#page ??= this.#loadMore().finally(() => {
      this.#page = null
    })
    return this.#page
  }

  async #loadMore(): Promise<void> {
    const { next, loading } = this.#state
    if (next === null || loading === 'first') return
    const generation = this.#generation
    this.#set({ loading: 'more', error: null })
    const result = await listRooms(next)
    if (generation !== this.#generation) return
    this.#moreFailed = !result.ok
    if (!result.ok) {
      this.#set({ loading: null, error: result.error })
      return
    }
    const known = new Set(this.#state.rooms.map((room) => room.room_id))
    const added = result.value.rooms.filter((room) => !known.has(room.room_id))
    this.#set({
      rooms: [...this.#state.rooms, ...added],
      next: result.value.next,
      loading: null,
    })
  }

  async search(query: string): Promise<void> {
    this.#set({ query })
    await this.#completeSearch()
  }

  /** Answers what went wrong, or null. */
  async rename(roomId: string, title: string): Promise<ApiError | null> {
    const result = await patchRoom(roomId, { title })
    if (!result.ok) return result.error
    this.#set({
      rooms: this.#state.rooms.map((room) =>
        room.room_id === roomId ? { ...room, title: result.value.title } : room,
      ),
    })
    return null
  }

  /** Answers what went wrong, or null. A room that is gone already counts as deleted. */
  async remove(roomId: string): Promise<ApiError | null> {
    const result = await deleteRoom(roomId)
    if (!result.ok && result.error.status !== 404) return result.error
    this.#set({ rooms: this.#state.rooms.filter((room) => room.room_id !== roomId) })
    return null
  }

  async #completeSearch(): Promise<void> {
    while (this.#state.query.trim() !== '' && this.#state.next !== null) {
      const before = this.#state.next
      await this.more()
      if (this.#state.error !== null || this.#state.next === before) return
    }
  }

  #set(change: Partial<RoomListState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of [...this.#listeners]) listener()
  }
}

/** Pure. The rooms whose title has the query in it, without regard to case. */
export function matchingRooms(
  rooms: readonly RoomInList[],
  query: string,
  titleOf: (room: RoomInList) => string,
): readonly RoomInList[] {
  const wanted = query.trim().toLocaleLowerCase()
  if (wanted === '') return rooms
  return rooms.filter((room) => titleOf(room).toLocaleLowerCase().includes(wanted))
}
