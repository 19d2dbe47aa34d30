import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { Random } from '../room/document/random'
import { Replica } from '../room/document/replica'
import { DocumentBinding } from './document-binding'
import { monaco } from './monaco'

// The worker computes word completions only; under jsdom there is none.
vi.mock('monaco-editor/editor/editor.worker?worker', () => ({ default: vi.fn() }))

/** Yjs takes the clock's function once, when it is loaded: this one can be moved on. */
const clock = vi.hoisted(() => {
  const { now } = Date
  let ahead = 0
  Date.now = () => now() + ahead
  return { skip: (ms: number) => (ahead += ms) }
})

/** An editor with a replica behind it. Its edits wait in `sent` for whoever wants them. */
class Desk {
  readonly replica = new Replica()
  readonly model = monaco.editor.createModel('', 'plaintext')
  readonly editor: monaco.editor.IStandaloneCodeEditor
  readonly sent: Uint8Array[] = []
  readonly told: unknown[] = []
  unitsMax = 1_000
  binding: DocumentBinding

  constructor(readonly origin: Uint8Array) {
    Y.applyUpdate(this.replica.doc, origin, 'server')
    this.replica.doc.on('update', (update: Uint8Array, from: unknown) => {
      if (from !== 'server') this.sent.push(update)
    })
    this.model.setEOL(monaco.editor.EndOfLineSequence.LF)
    this.editor = monaco.editor.create(document.createElement('div'), { model: this.model })
    this.binding = this.bind()
  }

  bind(replica = this.replica): DocumentBinding {
    return new DocumentBinding(this.editor, this.model, replica, {
      unitsMax: () => this.unitsMax,
      tooLarge: (units, limit) => this.told.push({ units, limit }),
      drifted: (text) => this.told.push({ drifted: text }),
    })
  }

  get texts(): [model: string, document: string] {
    return [this.model.getValue(), this.replica.code.toJSON()]
  }

  receive(update: Uint8Array): void {
    Y.applyUpdate(this.replica.doc, update, 'server')
  }

  /** Somebody else changes the text, here already. */
  remote(change: (code: Y.Text) => void): void {
    const other = new Y.Doc()
    Y.applyUpdate(other, Y.encodeStateAsUpdate(this.replica.doc))
    const before = Y.encodeStateVector(other)
    other.transact(() => change(other.getText('code')))
    this.receive(Y.encodeStateAsUpdate(other, before))
  }

  type = (text: string) => this.editor.trigger('test', 'type', { text })
  paste = (text: string) => this.editor.trigger('test', 'paste', { text })
  undo = () => this.editor.trigger('test', 'undo', null)
  redo = () => this.editor.trigger('test', 'redo', null)
  caret = (column: number, lineNumber = 1) => this.editor.setPosition({ lineNumber, column })

  dispose(): void {
    this.binding.dispose()
    this.binding.dispose()
    this.editor.dispose()
    this.model.dispose()
    this.replica.dispose()
  }
}

function written(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('code').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

let desk: Desk
beforeEach(() => {
  desk = new Desk(written('hello\n'))
})
afterEach(() => {
  desk.dispose()
})

describe('typing and being typed to', () => {
  test('what is typed goes to the document, once', () => {
    desk.caret(6)
    desk.type('!')
    expect(desk.texts).toEqual(['hello!\n', 'hello!\n'])
    expect(desk.sent).toHaveLength(1)
  })

  test('what others do goes into the model, without an echo', () => {
    desk.remote((code) => code.insert(0, 'oh, '))
    expect(desk.texts).toEqual(['oh, hello\n', 'oh, hello\n'])
    expect(desk.sent).toEqual([])
  })

  test('a transaction that touches several places is one edit', () => {
    let events = 0
    desk.model.onDidChangeContent(() => events++)
    desk.remote((code) => {
      code.insert(0, '>> ')
      code.delete(4, 2)
      code.insert(code.length, 'bye\n')
    })
    expect(desk.texts).toEqual(['>> hlo\nbye\n', '>> hlo\nbye\n'])
    expect(events).toBe(1)
  })

  test('several carets type at once', () => {
    desk.editor.setSelections([new monaco.Selection(1, 1, 1, 2), new monaco.Selection(1, 6, 1, 5)])
    desk.type('😀')
    expect(desk.texts).toEqual(['😀ell😀\n', '😀ell😀\n'])
    desk.remote((code) => code.insert(2, '-'))
    expect(desk.texts).toEqual(['😀-ell😀\n', '😀-ell😀\n'])
    expect(desk.editor.getSelections()).toHaveLength(2)
  })

  test('another text in place of this one is one step', () => {
    desk.binding.replace('bye\nnow\n')
    expect(desk.texts).toEqual(['bye\nnow\n', 'bye\nnow\n'])
    desk.undo()
    expect(desk.texts).toEqual(['hello\n', 'hello\n'])
  })

  test('who may only read still receives', () => {
    desk.editor.updateOptions({ readOnly: true })
    desk.type('x')
    desk.remote((code) => code.insert(0, 'oh, '))
    expect(desk.texts).toEqual(['oh, hello\n', 'oh, hello\n'])
    expect(desk.sent).toEqual([])
  })

  test('after dispose neither side follows the other, and the model is an ordinary one', () => {
    desk.binding.dispose()
    desk.remote((code) => code.insert(0, 'x'))
    expect(desk.model.getValue()).toBe('hello\n')
    desk.caret(1)
    desk.type('y')
    expect(desk.replica.text).toBe('xhello\n')
    desk.undo()
    expect(desk.model.getValue()).toBe('hello\n')
    expect(Object.keys(desk.model)).not.toContain('undo')
  })

  test('an editor takes another replica over, with what differs alone', () => {
    desk.caret(5)
    desk.type('p!')
    desk.binding.dispose()
    const other = new Replica()
    Y.applyUpdate(other.doc, written('# new\nhello\n'), 'server')
    desk.caret(3)
    desk.binding = desk.bind(other)
    expect(desk.model.getValue()).toBe('# new\nhello\n')
    expect(desk.editor.getPosition()).toMatchObject({ lineNumber: 2, column: 3 })
    desk.undo()
    expect(desk.model.getValue()).toBe('# new\nhello\n')
    desk.type('-')
    expect([desk.model.getValue(), other.text]).toEqual(Array(2).fill('# new\nhe-llo\n'))
  })
})

describe('line ends', () => {
  test('pasted CRLF and lone CR arrive as LF, emoji as they are', () => {
    desk.caret(6)
    desk.paste('\r\na😀\rb')
    expect(desk.texts).toEqual(['hello\na😀\nb\n', 'hello\na😀\nb\n'])
  })

  test('a model with CRLF is refused: the text would be another one', () => {
    const other = monaco.editor.createModel('a\r\nb')
    const make = () =>
      new DocumentBinding(desk.editor, other, desk.replica, {
        unitsMax: () => 0,
        tooLarge: () => undefined,
        drifted: () => undefined,
      })
    expect(make).toThrow()
    other.dispose()
  })

  test('a model that is forced to CRLF goes back, and the document does not change', () => {
    desk.model.setEOL(monaco.editor.EndOfLineSequence.CRLF)
    expect(desk.texts).toEqual(['hello\n', 'hello\n'])
    desk.remote((code) => code.insert(6, 'x'))
    desk.caret(2, 2)
    desk.type('!')
    expect(desk.texts).toEqual(['hello\nx!\n'.trimEnd(), 'hello\nx!'])
    expect(desk.told).toEqual([])
  })

  test('a text that somebody sets is not a person’s edit: the document’s comes back', () => {
    desk.model.setValue('all\r\nmine')
    expect(desk.texts).toEqual(['hello\n', 'hello\n'])
    expect(desk.sent).toEqual([])
    expect(desk.told).toEqual([{ drifted: 'all\nmine' }])
  })

  test('CR from another program is not shown, and typing beside it lands where it should', () => {
    desk.remote((code) => code.insert(6, 'one\r\ntwo\r\n'))
    expect(desk.model.getValue()).toBe('hello\none\ntwo\n')
    desk.caret(4, 3)
    desk.type('!')
    expect(desk.replica.code.toJSON()).toBe('hello\none\r\ntwo!\r\n')
    desk.caret(1, 3)
    desk.editor.trigger('test', 'deleteLeft', null)
    expect(desk.model.getValue()).toBe('hello\nonetwo!\n')
    desk.undo()
    // The server deletes them.
    desk.remote((code) => {
      for (let at = code.length - 1; at >= 0; at--)
        if (code.toJSON()[at] === '\r') code.delete(at, 1)
    })
    expect(desk.texts).toEqual(['hello\none\ntwo!\n', 'hello\none\ntwo!\n'])
    desk.caret(1, 4)
    desk.type('end')
    expect(desk.texts[1]).toBe('hello\none\ntwo!\nend')
    expect(desk.told).toEqual([])
  })

  test('what is no text in the document takes no place in the editor', () => {
    desk.remote((code) => code.insertEmbed(2, { image: 'x' }))
    desk.caret(6)
    desk.type('!')
    desk.remote((code) => code.insert(0, '> '))
    expect([desk.model.getValue(), desk.replica.text]).toEqual(Array(2).fill('> hello!\n'))
  })
})

describe('undo', () => {
  test('takes back what I typed and leaves what others put there', () => {
    desk.caret(1)
    desk.type('AAAA')
    desk.remote((code) => code.insert(0, 'bbb\n'))
    desk.undo()
    expect(desk.texts).toEqual(['bbb\nhello\n', 'bbb\nhello\n'])
    desk.redo()
    expect(desk.texts).toEqual(['bbb\nAAAAhello\n', 'bbb\nAAAAhello\n'])
  })

  test('leaves what others typed into mine', () => {
    desk.caret(1)
    desk.type('AAAA')
    desk.remote((code) => code.insert(2, '-b-'))
    desk.undo()
    expect(desk.texts[0]).toBe('-b-hello\n')
    desk.redo()
    expect(desk.texts).toEqual(['AA-b-AAhello\n', 'AA-b-AAhello\n'])
  })

  test('never takes a stranger’s text, nor what was loaded', () => {
    const { undo, canUndo } = desk.model as unknown as Record<string, () => boolean>
    desk.remote((code) => code.insert(5, ' world'))
    desk.undo()
    undo?.()
    expect(desk.model.getValue()).toBe('hello world\n')
    expect(canUndo?.()).toBe(false)
    expect(desk.sent).toEqual([])
  })

  test('typing in one go is one step, half a second begins another', () => {
    desk.caret(6)
    desk.type('a')
    clock.skip(100)
    desk.type('b')
    clock.skip(600)
    desk.type('c')
    desk.undo()
    expect(desk.model.getValue()).toBe('helloab\n')
    desk.undo()
    expect(desk.model.getValue()).toBe('hello\n')
    desk.redo()
    desk.redo()
    expect(desk.texts).toEqual(['helloabc\n', 'helloabc\n'])
  })

  test('gives the carets back as they were, moved by what others did meanwhile', () => {
    desk.editor.setSelections([new monaco.Selection(1, 2, 1, 4), new monaco.Selection(1, 6, 1, 6)])
    desk.type('x')
    desk.caret(1)
    desk.remote((code) => code.insert(0, '>> '))
    desk.undo()
    expect(desk.model.getValue()).toBe('>> hello\n')
    expect(desk.editor.getSelections()?.map(String)).toEqual(['[1,5 -> 1,7]', '[1,9 -> 1,9]'])
    desk.redo()
    expect(desk.model.getValue()).toBe('>> hxlox\n')
  })

  test('passes over a step of which others have left nothing', () => {
    desk.caret(6)
    desk.type(' first')
    clock.skip(600)
    desk.type(' second')
    desk.remote((code) => code.delete(11, 7))
    desk.undo()
    expect(desk.model.getValue()).toBe('hello\n')
  })

  test('does nothing while the editor is read-only', () => {
    desk.caret(1)
    desk.type('a')
    desk.editor.updateOptions({ readOnly: true })
    const { undo, canUndo } = desk.model as unknown as Record<string, () => boolean>
    undo?.()
    expect([desk.model.getValue(), canUndo?.()]).toEqual(['ahello\n', false])
  })

  test('is left out of others’ editors: each takes back only their own', () => {
    const other = new Desk(desk.origin)
    desk.caret(1)
    desk.type('mine ')
    for (const update of desk.sent) other.receive(update)
    other.undo()
    expect(other.texts).toEqual(['mine hello\n', 'mine hello\n'])
    expect(other.sent).toEqual([])
    other.dispose()
  })
})

describe('selections', () => {
  const selections = () => desk.editor.getSelections()?.map(String)

  test('several carets stay several', () => {
    desk.editor.setSelections([
      new monaco.Selection(1, 2, 1, 2),
      new monaco.Selection(1, 4, 1, 4),
      new monaco.Selection(2, 1, 2, 1),
    ])
    desk.remote((code) => code.insert(0, '# '))
    expect(selections()).toEqual(['[1,4 -> 1,4]', '[1,6 -> 1,6]', '[2,1 -> 2,1]'])
  })

  test('text that somebody puts at an edge does not join, whatever the direction', () => {
    for (const [from, to] of [
      [2, 4],
      [4, 2],
    ] as const) {
      desk.editor.setSelection(new monaco.Selection(1, from, 1, to))
      desk.remote((code) => {
        code.insert(1, '<')
        code.insert(4, '>')
      })
      expect(selections()).toEqual([from < to ? '[1,3 -> 1,5]' : '[1,5 -> 1,3]'])
      desk.remote((code) => {
        code.delete(4, 1)
        code.delete(1, 1)
      })
    }
  })

  test('the next key deletes nothing of theirs', () => {
    desk.editor.setSelection(new monaco.Selection(1, 1, 1, 6))
    desk.remote((code) => code.insert(5, ' world'))
    desk.type('x')
    expect(desk.texts).toEqual(['x world\n', 'x world\n'])
  })

  test('a caret stays before what somebody types at it: two who type there do not mix', () => {
    desk.caret(3)
    desk.remote((code) => code.insert(2, 'bb'))
    desk.type('aa')
    expect(desk.texts).toEqual(['heaabbllo\n', 'heaabbllo\n'])
  })

  test('the own caret is told so that it holds', () => {
    desk.editor.setSelection(new monaco.Selection(1, 4, 1, 2))
    const { anchor, head } = desk.binding.caret()
    desk.remote((code) => {
      code.insert(3, '>')
      code.insert(1, '<')
    })
    const at = (position: Y.RelativePosition) =>
      Y.createAbsolutePositionFromRelativePosition(position, desk.replica.doc)?.index
    expect([at(anchor), at(head)]).toEqual([4, 2])
  })
})

describe('more text than the room holds', () => {
  beforeEach(() => {
    desk.unitsMax = 10
  })

  test('is not taken, whatever brought it, and the caret stays', async () => {
    desk.caret(3)
    desk.paste('x'.repeat(100))
    await Promise.resolve()
    expect(desk.texts).toEqual(['hello\n', 'hello\n'])
    expect(desk.told).toEqual([{ units: 106, limit: 10 }])
    expect(desk.editor.getPosition()).toMatchObject({ lineNumber: 1, column: 3 })
    desk.editor.setSelections([new monaco.Selection(1, 1, 1, 4), new monaco.Selection(1, 6, 1, 6)])
    desk.paste('yyyyyy')
    await Promise.resolve()
    expect(desk.texts).toEqual(['hello\n', 'hello\n'])
    expect(desk.sent).toEqual([])
    desk.type('!')
    expect(desk.texts).toEqual(['!lo!\n', '!lo!\n'])
  })

  test('what makes it shorter is always taken', () => {
    desk.unitsMax = 3
    desk.caret(6)
    desk.editor.trigger('test', 'deleteLeft', null)
    expect(desk.texts).toEqual(['hell\n', 'hell\n'])
  })
})

/** Letters that nobody types, in Unicode's private area. */
const firstMarker = 0xe000
const isMarker = (text: string, at: number) => {
  const unit = text.charCodeAt(at)
  return unit >= firstMarker && unit < firstMarker + 100
}

test('two and three people with delays, undo and markers: all equal, nothing lost or doubled', () => {
  for (let seed = 1; seed <= 14; seed++) {
    const random = new Random(seed)
    desk.dispose()
    const origin = written('def f(x):\n    return "😀"\n')
    const desks = Array.from({ length: 2 + (seed % 2) }, () => new Desk(origin))
    /** For each person, what is on its way from each of the others, in order. */
    const lines = desks.map(() => desks.map((): Uint8Array[] => []))
    const markers: string[] = []
    const post = (from: number) => {
      const updates = desks[from]?.sent.splice(0) ?? []
      lines.forEach((line, to) => to !== from && line[from]?.push(...updates))
    }
    const deliver = (to: number, from: number, count: number) => {
      for (const update of lines[to]?.[from]?.splice(0, count) ?? []) desks[to]?.receive(update)
    }
    for (let left = 60; left > 0; left--) {
      const who = random.below(desks.length)
      const one = desks[who]
      if (!one) continue
      const length = one.model.getValueLength()
      const act = random.below(10)
      if (act === 0) one.undo()
      else if (act === 1) one.redo()
      else if (act <= 4) deliver(who, random.below(desks.length), 1 + random.below(3))
      else {
        const position = one.model.validatePosition(
          one.model.getPositionAt(random.below(length + 1)),
        )
        const offset = one.model.getOffsetAt(position)
        one.editor.setPosition(position)
        if (act === 5 && !isMarker(one.texts[0], offset - 1))
          one.editor.trigger('test', 'deleteLeft', null)
        else if (act === 6) one.paste('\r\n😀\r')
        else if (act === 7) {
          const marker = String.fromCharCode(firstMarker + left)
          markers.push(marker)
          // Not typed, so that no undo takes it: it has to be there in the end.
          one.replica.doc.transact(() => one.replica.code.insert(offset, marker), 'marker')
        } else one.type(random.pick(['a', '(', '\n', '😀']))
      }
      post(who)
    }
    desks.forEach((_, to) => desks.forEach((__, from) => deliver(to, from, Infinity)))
    const [first] = desks
    for (const one of desks) {
      expect(one.texts, `seed ${seed}`).toEqual([first?.texts[1], first?.texts[1]])
      expect(one.told, `seed ${seed}`).toEqual([])
      expect(one.texts[0], `seed ${seed}`).not.toMatch(/[\r\ufffd]/)
    }
    const found = Array.from(first?.texts[1] ?? '').filter((unit) => isMarker(unit, 0))
    expect(found.sort(), `seed ${seed}`).toEqual(markers.sort())
    for (const one of desks) one.dispose()
    desk = new Desk(written('hello\n'))
  }
}, 120_000)
