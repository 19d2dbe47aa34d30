import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { IndexedDbRows } from './copy-rows'

let rows: IndexedDbRows
const mine = 'u1 room'
beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  rows = new IndexedDbRows()
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const updates = async (name: string) =>
  (await new IndexedDbRows().read(name)).map(({ update }) => [...update])

test('keeps what each person has of each room, in order, also for the next page', async () => {
  await rows.add(mine, Uint8Array.of(1))
  await rows.add('u1 other', Uint8Array.of(2))
  await rows.add('u2 room', Uint8Array.of(3))
  await rows.add(mine, Uint8Array.of(4))
  expect(await updates(mine)).toEqual([[1], [4]])
  expect(await updates('u1 other')).toEqual([[2]])
  expect(await updates('nobody room')).toEqual([])
})

test('removes rows, a room, or everything', async () => {
  const first = await rows.add(mine, Uint8Array.of(1))
  await rows.add(mine, Uint8Array.of(2))
  await rows.add('u1 other', Uint8Array.of(3))
  await rows.remove([first, 99])
  await rows.remove([])
  expect(await updates(mine)).toEqual([[2]])
  await rows.removeRoom(mine)
  expect([await updates(mine), await updates('u1 other')]).toEqual([[], [[3]]])
  const cleared = vi.fn()
  const stop = rows.onCleared(cleared)
  await rows.removeAll()
  stop()
  await rows.removeAll()
  expect(await updates('u1 other')).toEqual([])
  expect(cleared).toHaveBeenCalledTimes(1)
})

test('a browser that keeps nothing is an error, and may keep something later', async () => {
  vi.stubGlobal('indexedDB', undefined)
  await expect(rows.add(mine, Uint8Array.of(1))).rejects.toThrow()
  vi.stubGlobal('indexedDB', new IDBFactory())
  await rows.add(mine, Uint8Array.of(1))
  expect(await updates(mine)).toEqual([[1]])
})
