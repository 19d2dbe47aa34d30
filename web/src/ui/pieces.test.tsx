import { describe, expect, it } from 'vitest'
import { initial, slotClass } from './avatar'
import { newId } from './ids'

describe('slotClass', () => {
  it.each([
    [1, 's1'],
    [8, 's8'],
    [9, 's1'],
    [0, 's8'],
    [-1, 's7'],
    [2.7, 's2'],
    [Number.NaN, 's1'],
  ])('%d is %s', (slot, name) => {
    expect(slotClass(slot)).toBe(name)
  })
})

describe('initial', () => {
  it.each([
    ['ada', 'A'],
    ['  émile', 'É'],
    ['👩‍💻 Ada', '👩‍💻'],
    ['', '?'],
  ])('of %j is %j', (name, letter) => {
    expect(initial(name)).toBe(letter)
  })
})

describe('newId', () => {
  it('is a random UUID of version 4', () => {
    expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(newId()).not.toBe(newId())
  })
})
