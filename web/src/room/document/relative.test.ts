import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { parseRelative, toOffsets, toRelative } from './relative'

function document_(text: string) {
  const doc = new Y.Doc()
  const code = doc.getText('code')
  code.insert(0, text)
  return code
}
/** What another client gets of it. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test.each([
  [{ anchor: 2, head: 2 }, [2, 2]],
  [{ anchor: 0, head: 0 }, [0, 0]],
  [{ anchor: 5, head: 5 }, [5, 5]],
  [{ anchor: 1, head: 4 }, [2, 5]],
  [{ anchor: 4, head: 1 }, [5, 2]],
])('%j holds while others type at its edges', (selected, [anchor, head]) => {
  const code = document_('hello')
  const there = parseRelative(sent(toRelative(code, selected)))
  expect(there && toOffsets(code, there)).toEqual(selected)
  const edges = [selected.anchor, selected.head].sort((a, b) => b - a)
  for (const edge of new Set(edges)) code.insert(edge, '+')
  expect(there && toOffsets(code, there)).toEqual({ anchor, head })
})

test('what names letters that are not here is no place, or not yet', () => {
  const code = document_('hello')
  const there = toRelative(document_('other'), { anchor: 2, head: 2 })
  expect(toOffsets(code, there)).toBeUndefined()
})

test('a position in another part of the document is no place in the code', () => {
  const code = document_('hello')
  const notes = code.doc?.getText('notes')
  notes?.insert(0, 'private')
  const there = notes && toRelative(notes, { anchor: 3, head: 3 })
  expect(there && toOffsets(code, there)).toBeUndefined()
})

test.each([
  undefined,
  null,
  'here',
  { anchor: {}, head: {} },
  { anchor: { tname: 'code' } },
  { anchor: { tname: 'invented' }, head: { tname: 'invented' } },
  { anchor: { item: { client: 'x', clock: 1 } }, head: { item: null } },
  { anchor: { item: { client: 1.5, clock: 1 } }, head: { item: { client: 1, clock: NaN } } },
])('%j is no position', (claimed) => {
  expect(parseRelative(claimed)).toBeUndefined()
})

test('a position as y-monaco and y-codemirror write it is read', () => {
  const code = document_('hello')
  const item = { client: code.doc?.clientID, clock: 2 }
  const claimed = { anchor: { type: null, tname: 'code', item, assoc: 0 }, head: { tname: 'code' } }
  const there = parseRelative(claimed)
  expect(there && toOffsets(code, there)).toEqual({ anchor: 2, head: 5 })
})

test('asking for what was made up leaves no trace in the document', () => {
  const code = document_('hello')
  const item = { client: code.doc?.clientID, clock: 99 }
  const there = parseRelative({ anchor: { item }, head: { type: item } })
  expect(there && toOffsets(code, there)).toBeUndefined()
  expect([...(code.doc?.share.keys() ?? [])]).toEqual(['code'])
})
