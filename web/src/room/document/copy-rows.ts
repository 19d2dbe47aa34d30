/**
 * What this device keeps of rooms: rows of Yjs updates in one IndexedDB database. Everything here
 * may fail, as in a private window or on a full disk; whoever calls has to live with that.
 */
export interface CopyRow {
  key: number
  update: Uint8Array
}

export interface CopyRows {
  read: (name: string) => Promise<CopyRow[]>
  /** Resolves with the row's key once it is written. */
  add: (name: string, update: Uint8Array) => Promise<number>
  remove: (keys: readonly number[]) => Promise<void>
  removeRoom: (name: string) => Promise<void>
  removeAll: () => Promise<void>
  /** `listener` is called when `removeAll` has been. */
  onCleared: (listener: () => void) => () => void
}

const databaseName = 'codencollab-copies'
const store = 'updates'
const byName = 'name'

export class IndexedDbRows implements CopyRows {
  private database: Promise<IDBDatabase> | undefined
  private readonly listeners = new Set<() => void>()

  read(name: string): Promise<CopyRow[]> {
    return this.use('readonly', (updates, resolve) => {
      const rows: CopyRow[] = []
      const cursor = updates.index(byName).openCursor(name)
      cursor.onsuccess = () => {
        const found = cursor.result
        if (!found) {
          resolve(rows)
          return
        }
        const { update } = found.value as { update: Uint8Array }
        rows.push({ key: found.primaryKey as number, update })
        found.continue()
      }
    })
  }

  add(name: string, update: Uint8Array): Promise<number> {
    return this.use('readwrite', (updates, resolve) => {
      const added = updates.add({ name, update })
      added.onsuccess = () => resolve(added.result as number)
    })
  }

  remove(keys: readonly number[]): Promise<void> {
    if (keys.length === 0) return Promise.resolve()
    return this.use('readwrite', (updates, resolve) => {
      for (const key of keys) updates.delete(key)
      resolve()
    })
  }

  removeRoom(name: string): Promise<void> {
    return this.use('readwrite', (updates, resolve) => {
      const cursor = updates.index(byName).openKeyCursor(name)
      cursor.onsuccess = () => {
        const found = cursor.result
        if (!found) return
        updates.delete(found.primaryKey)
        found.continue()
      }
      resolve()
    })
  }

  async removeAll(): Promise<void> {
    await this.use<undefined>('readwrite', (updates, resolve) => {
      updates.clear()
      resolve(undefined)
    })
    for (const listener of [...this.listeners]) listener()
  }

  onCleared(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  /** One transaction; the result counts once all of it is written. */
  private async use<T = void>(
    mode: IDBTransactionMode,
    body: (updates: IDBObjectStore, resolve: (value: T) => void) => void,
  ): Promise<T> {
    const database = await this.open()
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode)
      let result: T | undefined
      transaction.oncomplete = () => resolve(result as T)
      transaction.onabort = () => reject(asError(transaction.error))
      body(transaction.objectStore(store), (value) => (result = value))
    })
  }

  private open(): Promise<IDBDatabase> {
    this.database ??= openDatabase(() => (this.database = undefined))
    this.database.catch(() => (this.database = undefined))
    return this.database
  }
}

function openDatabase(onClosed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(databaseName, 1)
    opening.onupgradeneeded = () => {
      const updates = opening.result.createObjectStore(store, { autoIncrement: true })
      updates.createIndex(byName, byName)
    }
    opening.onerror = () => reject(asError(opening.error))
    opening.onsuccess = () => {
      const database = opening.result
      database.onclose = onClosed
      // Another page wants to change or delete the database: it should not have to wait.
      database.onversionchange = () => {
        database.close()
        onClosed()
      }
      resolve(database)
    }
  })
}

function asError(error: DOMException | null): Error {
  return error ?? new Error('the transaction was given up')
}

/** The one of this page. */
export const copyRows: CopyRows = new IndexedDbRows()
