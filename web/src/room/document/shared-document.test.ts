import { describe, expect, test } from 'vitest'
import type { Change } from '../../contract/events'
import { ChangeSet } from './change-set'
import { fromOwnChanges, toChanges } from './positions'
import { Random } from './random'
import { randomChange } from './random-change'
import { SharedDocument } from './shared-document'
import type { Packet } from './shared-document'

function open(text: string) {
  const sent: Packet[] = []
  const document = new SharedDocument((packet) => sent.push(packet), 'me')
  document.load(text, 1)
  const insert = (offset: number, inserted: string, length = 0) => {
    const change = ChangeSet.of(document.text.length, [{ offset, length, text: inserted }])
    document.type(toChanges(change, document.text))
  }
  return { document, sent, insert }
}

function relayed(before: string, offset: number, text: string): Change[] {
  return toChanges(ChangeSet.of(before.length, [{ offset, length: 0, text }]), before)
}

describe('SharedDocument', () => {
  test('sends what is typed with the text after it and the last revision', () => {
    const { document, sent, insert } = open('one\ntwo\n')
    document.receive(relayed('one\ntwo\n', 0, '# '), 7)
    insert(6, '!')
    expect(sent).toEqual([
      {
        id: 'me-1',
        rev: 7,
        code: '# one\n!two\n',
        changes: [
          {
            range: { startLineNumber: 2, startColumn: 1, endLineNumber: 2, endColumn: 1 },
            rangeOffset: 6,
            rangeLength: 0,
            text: '!',
          },
        ],
      },
    ])
    expect(document.unacknowledged).toBe(1)
    document.settle('me-1')
    expect(document.unacknowledged).toBe(0)
  })

  test('leaves the full text out when it is long', () => {
    const { sent, insert } = open('x'.repeat(100_000))
    insert(0, 'y')
    expect(sent[0]).not.toHaveProperty('code')
  })

  test('what is typed offline waits and arrives as one change of the server’s text', () => {
    const { document, sent, insert } = open('ab')
    document.disconnect()
    insert(1, 'X')
    insert(2, 'Y')
    expect([sent.length, document.unacknowledged]).toEqual([0, 2])
    document.load('0ab9', 5)
    expect(document.text).toBe('0aXYb9')
    expect(sent).toMatchObject([{ rev: 5, code: '0aXYb9', changes: [{ text: 'XY' }] }])
  })

  test.each([
    [0, 'start'],
    [1, 'start a'],
    [2, 'start ab'],
  ])('of two unanswered letters the server has got %i', (_, theirs) => {
    const { document, sent, insert } = open('start')
    insert(5, ' a')
    insert(7, 'b')
    document.disconnect()
    insert(8, 'c')
    document.load(`# other\n${theirs}`, 9)
    expect(document.text).toBe('# other\nstart abc')
    const last = sent.at(-1)
    expect(fromOwnChanges(last?.changes ?? [], theirs.length + 8).apply(`# other\n${theirs}`)).toBe(
      document.text,
    )
  })

  test('a refused change goes when the server says what the text is', () => {
    const { document, sent, insert } = open('keep')
    insert(4, ' this not')
    document.settle('me-1')
    document.load('keep', 2)
    expect([document.text, sent.length, document.unacknowledged]).toEqual(['keep', 1, 0])
  })

  test('a change put off by the server is sent again with what followed it', () => {
    const { document, sent, insert } = open('')
    insert(0, 'a')
    document.retry('me-1')
    insert(1, 'b')
    document.load('', 3)
    expect(document.text).toBe('ab')
    expect(sent.at(-1)).toMatchObject({ rev: 3, code: 'ab' })
  })

  test('a correction that brings the whole text changes only what differs', () => {
    const { document } = open('one\ntwo\n')
    const seen: number[] = []
    document.subscribe(({ change }) =>
      seen.push(change.replacements().length, change.map(4, 'before')),
    )
    const range = { startLineNumber: 1, startColumn: 1, endLineNumber: 3, endColumn: 1 }
    document.receive([{ range, rangeOffset: 0, rangeLength: 8, text: 'one\ntwo!\n' }], 2)
    expect([document.text, ...seen]).toEqual(['one\ntwo!\n', 1, 4])
  })

  test('positions outside the text are moved inside, as every client does', () => {
    const { document } = open('a\nb')
    const range = { startLineNumber: 9, startColumn: 9, endLineNumber: 9, endColumn: 9 }
    document.receive([{ range, rangeOffset: 99, rangeLength: 0, text: '!' }], 2)
    expect(document.text).toBe('a\nb!')
  })

  test('offline on both sides: nothing is lost, nothing doubled', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const random = new Random(seed)
      const { document, sent, insert } = open('alpha\nbeta\ngamma\n')
      let server = document.text
      const mine: string[] = []
      const typeMark = (kind: string) => {
        const mark = `<${kind}${mine.length}>`
        mine.push(mark)
        insert(random.below(document.text.length + 1), mark)
      }
      for (let left = random.below(4); left > 0; left--) typeMark('s')
      const arrived = random.below(sent.length + 1)
      for (const { changes } of sent.slice(0, arrived))
        server = fromOwnChanges(changes, server.length).apply(server)
      document.disconnect()
      for (let left = random.below(4); left > 0; left--) typeMark('o')
      const others = ['{x}', '{y}'].slice(0, random.below(3))
      for (const mark of others) server = insertAt(server, outside(server, random), mark)
      document.load(server, 2)
      const again = document.unacknowledged ? sent.at(-1) : undefined
      if (again) server = fromOwnChanges(again.changes, server.length).apply(server)
      expect(server, `seed ${seed}`).toBe(document.text)
      const letters = Array.from(document.text).sort().join('')
      const expected = ['alpha\nbeta\ngamma\n', ...mine, ...others].join('')
      expect(letters, `seed ${seed}`).toBe(Array.from(expected).sort().join(''))
      for (const mark of others) expect(document.text, `seed ${seed}`).toContain(mark)
    }
  })

  test('random edits on both sides of a cut converge', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed)
      const { document, sent } = open('def f(x):\n    return x + 1\n')
      let server = document.text
      const edit = () => document.edit(randomChange(random, document.text), 'typing')
      edit()
      for (const { changes } of sent.slice(0, random.below(2)))
        server = fromOwnChanges(changes, server.length).apply(server)
      document.disconnect()
      edit()
      edit()
      server = randomChange(random, server).apply(server)
      const known = sent.length
      document.load(server, 2)
      for (const { changes } of sent.slice(known))
        server = fromOwnChanges(changes, server.length).apply(server)
      expect(document.text, `seed ${seed}`).toBe(server)
    }
  })
})

function insertAt(text: string, offset: number, mark: string): string {
  return text.slice(0, offset) + mark + text.slice(offset)
}

/** A place that is not inside somebody's mark, which would only make the check blind. */
function outside(text: string, random: Random): number {
  const places = Array.from({ length: text.length + 1 }, (_, at) => at).filter(
    (at) => !/[<{][^>}]*$/.test(text.slice(0, at)),
  )
  return random.pick(places)
}
