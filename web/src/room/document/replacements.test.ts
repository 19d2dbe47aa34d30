import { describe, expect, test } from 'vitest'
import { applied, mapOffset, moveSelected, replacementsOf } from './replacements'

describe('what Yjs says of a change', () => {
  test.each([
    [[{ insert: 'a' }], [{ offset: 0, length: 0, text: 'a' }]],
    [[{ retain: 3 }, { delete: 2 }], [{ offset: 3, length: 2, text: '' }]],
    [[{ retain: 1 }, { insert: 'x' }, { delete: 2 }], [{ offset: 1, length: 2, text: 'x' }]],
    [[{ delete: 2 }, { insert: 'x' }], [{ offset: 0, length: 2, text: 'x' }]],
    [
      [{ insert: 'a' }, { retain: 2 }, { delete: 1 }, { retain: 1 }, { insert: '😀' }],
      [
        { offset: 0, length: 0, text: 'a' },
        { offset: 2, length: 1, text: '' },
        { offset: 4, length: 0, text: '😀' },
      ],
    ],
    [[{ retain: 1 }, { insert: 'a\r\n' }], undefined],
    [[{ insert: { image: 'x' } }], undefined],
  ])('%j is %j', (delta, expected) => {
    expect(replacementsOf(delta)).toEqual(expected)
  })
})

test('a change applied to a text', () => {
  const change = [
    { offset: 0, length: 1, text: 'J' },
    { offset: 5, length: 0, text: '!' },
  ]
  expect(applied(change, 'hello')).toBe('Jello!')
})

describe('an offset under a change', () => {
  const insert = [{ offset: 2, length: 0, text: '++' }]
  const replace = [{ offset: 2, length: 3, text: '++' }]
  test.each([
    [insert, 1, 1, 1],
    [insert, 2, 2, 4],
    [insert, 3, 5, 5],
    [replace, 1, 1, 1],
    [replace, 2, 2, 4],
    [replace, 4, 2, 4],
    [replace, 5, 4, 4],
    [replace, 6, 5, 5],
  ])('%j: %i goes to %i, or %i after what comes there', (change, offset, before, after) => {
    expect(mapOffset(offset, change, 'before')).toBe(before)
    expect(mapOffset(offset, change, 'after')).toBe(after)
  })
})

describe('a selection under somebody’s change', () => {
  const insert = (offset: number) => [{ offset, length: 0, text: '++' }]
  test.each([
    ['at its start', 2, { anchor: 4, head: 7 }],
    ['at its end', 5, { anchor: 2, head: 5 }],
    ['inside', 3, { anchor: 2, head: 7 }],
  ])('text put %s', (_, offset, expected) => {
    expect(moveSelected({ anchor: 2, head: 5 }, insert(offset))).toEqual(expected)
  })

  test('keeps its direction, and a caret stays before text put at it', () => {
    expect(moveSelected({ anchor: 5, head: 2 }, insert(2))).toEqual({ anchor: 7, head: 4 })
    expect(moveSelected({ anchor: 3, head: 3 }, insert(3))).toEqual({ anchor: 3, head: 3 })
  })

  test('of which nothing is left is a caret where it was', () => {
    const change = [{ offset: 1, length: 6, text: 'x' }]
    const { anchor, head } = moveSelected({ anchor: 2, head: 5 }, change)
    expect(anchor).toBe(head)
  })
})
