import { expect, test } from 'vitest'
import { shownName } from './shown-name'

test.each([
  ['Ada', 16, 'Ada'],
  ['  Ada \n Lovelace ', 16, 'Ada Lovelace'],
  ['\u202eevil\u0007', 16, 'evil'],
  ['Abcdefghijklmnopqrst', 16, 'Abcdefghijklmnop…'],
  ['éé👩🏽é', 2, 'éé…'],
  ['\u200b', 16, '?'],
])('%j in at most %i is %j', (name, max, expected) => {
  expect(shownName(name, max)).toBe(expected)
})
