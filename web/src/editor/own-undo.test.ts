import { describe, expect, test } from 'vitest'
import { ChangeSet } from '../room/document/change-set'
import { fromOwnChanges, toChanges } from '../room/document/positions'
import { Random } from '../room/document/random'
import { randomChange } from '../room/document/random-change'
import { SharedDocument } from '../room/document/shared-document'
import { OwnUndo, moved } from './own-undo'

function open(text: string) {
  let time = 0
  const document = new SharedDocument(() => undefined, 'me')
  document.load(text, 1)
  const undo = new OwnUndo(document, { now: () => time, selections: () => [] })
  const replace = (offset: number, length: number, text: string) =>
    ChangeSet.of(document.text.length, [{ offset, length, text }])
  return {
    document,
    undo,
    wait: (ms: number) => (time += ms),
    type: (offset: number, inserted: string, length = 0) =>
      document.edit(replace(offset, length, inserted), 'typing'),
    remote: (offset: number, inserted: string, length = 0) =>
      document.receive(toChanges(replace(offset, length, inserted), document.text), undefined),
    back: () => undo.undo(() => undefined),
    forth: () => undo.redo(() => undefined),
  }
}

describe('OwnUndo', () => {
  test('a line that somebody put before mine stays when I take mine back', () => {
    const { document, type, remote, back } = open('')
    type(0, 'AAAA')
    remote(0, 'bbb\n')
    back()
    expect(document.text).toBe('bbb\n')
  })

  test('text that somebody typed into mine stays', () => {
    const { document, type, remote, back, forth } = open('')
    type(0, 'AAAA')
    remote(2, '-b-')
    back()
    expect(document.text).toBe('-b-')
    forth()
    expect(document.text).toBe('AA-b-AA')
  })

  test('what was loaded can never be taken back', () => {
    const { document, undo, back } = open('starter code')
    expect([undo.canUndo, back(), document.text]).toEqual([false, false, 'starter code'])
  })

  test('typing in one go is one step, a pause begins another', () => {
    const { document, type, wait, back, forth } = open('')
    type(0, 'a')
    wait(100)
    type(1, 'b')
    wait(600)
    type(2, 'c')
    back()
    expect(document.text).toBe('ab')
    back()
    expect(document.text).toBe('')
    forth()
    forth()
    expect([document.text, forth()]).toEqual(['abc', false])
  })

  test('a step of which nothing is left is passed over', () => {
    const { document, type, wait, remote, back } = open('')
    type(0, 'first ')
    wait(600)
    type(6, 'second')
    remote(6, '', 6)
    expect(back()).toBe(true)
    expect(document.text).toBe('')
  })

  test('new typing forgets what could be redone', () => {
    const { undo, type, back } = open('')
    type(0, 'a')
    back()
    type(0, 'b')
    expect(undo.canRedo).toBe(false)
  })

  test('taking back everything leaves exactly what the others made', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed)
      const { document, undo, wait } = open('shared text\n')
      // The same remote changes in a document where this person never typed.
      let without = document.text
      let back = ChangeSet.identity(document.text.length)
      for (let left = 8; left > 0; left--) {
        const change = randomInsertion(random, document.text)
        if (random.below(2)) {
          wait(random.below(2) * 600)
          back = change.invert(document.text).compose(back)
          document.edit(change, 'typing')
        } else {
          without = change.transform(back, 'second').apply(without)
          back = back.transform(change, 'first')
          document.receive(toChanges(change, document.text), undefined)
        }
      }
      while (undo.undo(() => undefined));
      expect(document.text, `seed ${seed}`).toBe(without)
    }
  })

  test('undo and redo in any order keep the server’s text the same as ours', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = new Random(seed)
      let server = 'x = 1\n'
      const document = new SharedDocument(
        ({ changes }) => (server = fromOwnChanges(changes, server.length).apply(server)),
        'me',
      )
      document.load(server, 1)
      const undo = new OwnUndo(document, { now: () => seed, selections: () => [] })
      for (let left = 20; left > 0; left--) {
        const act = random.below(5)
        if (act === 0) undo.undo(() => undefined)
        else if (act === 1) undo.redo(() => undefined)
        else if (act === 2) {
          const change = randomChange(random, server)
          const changes = toChanges(change, server)
          server = change.apply(server)
          document.receive(changes, undefined)
        } else {
          document.edit(randomChange(random, document.text), 'typing')
          undo.stop()
        }
        expect(document.text, `seed ${seed}`).toBe(server)
      }
    }
  })
})

function randomInsertion(random: Random, text: string): ChangeSet {
  const offset = random.below(text.length + 1)
  return ChangeSet.of(text.length, [{ offset, length: 0, text: random.pick(['a', 'bb', '\n']) }])
}

describe('a selection under somebody’s change', () => {
  const insert = (length: number, offset: number) =>
    ChangeSet.of(length, [{ offset, length: 0, text: '++' }])

  test.each([
    ['at its start', 2, { anchor: 4, head: 7 }],
    ['at its end', 5, { anchor: 2, head: 5 }],
    ['inside', 3, { anchor: 2, head: 7 }],
  ])('text put %s', (_, offset, expected) => {
    expect(moved({ anchor: 2, head: 5 }, insert(8, offset))).toEqual(expected)
  })

  test('keeps its direction, and a caret stays before text put at it', () => {
    expect(moved({ anchor: 5, head: 2 }, insert(8, 2))).toEqual({ anchor: 7, head: 4 })
    expect(moved({ anchor: 3, head: 3 }, insert(8, 3))).toEqual({ anchor: 3, head: 3 })
  })
})
