import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ChangeSet } from '../room/document/change-set'
import { fromOwnChanges, toChanges } from '../room/document/positions'
import { Random } from '../room/document/random'
import { randomChange } from '../room/document/random-change'
import { SharedDocument } from '../room/document/shared-document'
import type { Packet } from '../room/document/shared-document'
import { DocumentBinding } from './document-binding'
import { monaco } from './monaco'

// The worker computes word completions only; under jsdom there is none.
vi.mock('monaco-editor/editor/editor.worker?worker', () => ({ default: vi.fn() }))

let editor: monaco.editor.IStandaloneCodeEditor
let model: monaco.editor.ITextModel
let binding: DocumentBinding
let document_: SharedDocument
let sent: Packet[]

function open(text: string) {
  sent = []
  document_ = new SharedDocument((packet) => sent.push(packet), 'me')
  document_.load(text, 1)
  model = monaco.editor.createModel(text, 'plaintext')
  model.setEOL(monaco.editor.EndOfLineSequence.LF)
  editor = monaco.editor.create(window.document.createElement('div'), { model })
  binding = new DocumentBinding(editor, model, document_)
}

const type = (text: string) => editor.trigger('test', 'type', { text })
const paste = (text: string) => editor.trigger('test', 'paste', { text })
const undo = () => editor.trigger('test', 'undo', null)
const redo = () => editor.trigger('test', 'redo', null)
const caret = (column: number, lineNumber = 1) => editor.setPosition({ lineNumber, column })

function remote(offset: number, text: string, length = 0) {
  const change = ChangeSet.of(document_.text.length, [{ offset, length, text }])
  document_.receive(toChanges(change, document_.text), undefined)
}

beforeEach(() => open('hello\n'))
afterEach(() => {
  binding.dispose()
  binding.dispose()
  editor.dispose()
  model.dispose()
})

describe('DocumentBinding', () => {
  test('what is typed goes to the document, and only once', () => {
    caret(6)
    type('!')
    expect(document_.text).toBe('hello!\n')
    expect(sent).toHaveLength(1)
    expect(sent[0]?.changes).toMatchObject([{ rangeOffset: 5, rangeLength: 0, text: '!' }])
  })

  test('what others do goes into the model, without an echo', () => {
    remote(0, 'oh, ')
    expect([model.getValue(), sent.length]).toEqual(['oh, hello\n', 0])
  })

  test('pasted CRLF and lone CR arrive as LF, emoji as they are', () => {
    caret(6)
    paste('\r\na😀\rb')
    expect(model.getValue()).toBe('hello\na😀\nb\n')
    expect(document_.text).toBe(model.getValue())
    expect(sent.at(-1)?.code).toBe(model.getValue())
  })

  test('a model with CRLF is refused: the text would be another one', () => {
    const other = monaco.editor.createModel('a\r\nb')
    expect(() => new DocumentBinding(editor, other, document_)).toThrow()
    other.dispose()
  })

  test('undo takes back what I typed and leaves what others put there', () => {
    caret(1)
    type('AAAA')
    remote(0, 'bbb\n')
    undo()
    expect([model.getValue(), document_.text]).toEqual(['bbb\nhello\n', 'bbb\nhello\n'])
    redo()
    expect(document_.text).toBe('bbb\nAAAAhello\n')
  })

  test('undo never takes a stranger’s text, also when nothing is mine', () => {
    remote(5, ' world')
    undo()
    expect(model.getValue()).toBe('hello world\n')
    // The editor's own commands end there too.
    expect((model as unknown as { canUndo: () => boolean }).canUndo()).toBe(false)
  })

  test('undo puts the caret back to where it was', () => {
    caret(3)
    type('xy')
    caret(1)
    undo()
    expect(editor.getPosition()).toMatchObject({ lineNumber: 1, column: 3 })
  })

  test('nothing is undone while the editor is read-only', () => {
    caret(1)
    type('a')
    editor.updateOptions({ readOnly: true })
    ;(model as unknown as { undo: () => void }).undo()
    expect(model.getValue()).toBe('ahello\n')
    remote(0, '> ')
    expect(model.getValue()).toBe('> ahello\n')
  })

  test('several carets stay several', () => {
    editor.setSelections([
      new monaco.Selection(1, 2, 1, 2),
      new monaco.Selection(1, 4, 1, 4),
      new monaco.Selection(2, 1, 2, 1),
    ])
    remote(0, '# ')
    expect(editor.getSelections()?.map(({ startColumn }) => startColumn)).toEqual([4, 6, 1])
  })

  test('text that somebody puts at the edge of a selection does not join it', () => {
    editor.setSelection(new monaco.Selection(1, 2, 1, 4))
    remote(1, '<')
    remote(4, '>')
    expect(model.getValue()).toBe('h<el>lo\n')
    expect(editor.getSelection()).toMatchObject({ startColumn: 3, endColumn: 5 })
  })

  test('another text in place of this one is one step', () => {
    binding.replace(ChangeSet.of(6, [{ offset: 0, length: 5, text: 'bye' }]))
    expect([model.getValue(), document_.text]).toEqual(['bye\n', 'bye\n'])
    undo()
    expect(document_.text).toBe('hello\n')
  })

  test('after dispose neither side follows the other', () => {
    binding.dispose()
    remote(0, 'x')
    expect(model.getValue()).toBe('hello\n')
    caret(1)
    type('y')
    expect(document_.text).toBe('xhello\n')
  })

  test('random typing, undo and remote changes keep model, document and server the same', () => {
    for (let seed = 1; seed <= 12; seed++) {
      binding.dispose()
      editor.dispose()
      model.dispose()
      const random = new Random(seed)
      open('def f(x):\n    return x\n')
      let server = document_.text
      let known = 0
      for (let left = 25; left > 0; left--) {
        const act = random.below(6)
        if (act === 0) undo()
        else if (act === 1) redo()
        else if (act === 2) {
          const change = randomChange(random, server)
          const changes = toChanges(change, server)
          server = change.apply(server)
          document_.receive(changes, undefined)
        } else {
          editor.setPosition(model.getPositionAt(random.below(model.getValueLength() + 1)))
          if (act === 3) editor.trigger('test', 'deleteLeft', null)
          else type(random.pick(['a', '(', '\n', '😀']))
        }
        for (const { changes } of sent.slice(known))
          server = fromOwnChanges(changes, server.length).apply(server)
        known = sent.length
        expect(model.getValue(), `seed ${seed}`).toBe(document_.text)
        expect(document_.text, `seed ${seed}`).toBe(server)
      }
    }
  }, 60_000)
})
