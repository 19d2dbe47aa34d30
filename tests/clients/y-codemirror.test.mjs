// CodeMirror with its Yjs binding over y-websocket, in a page without a browser, beside a Socket.IO client.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { JSDOM } from 'jsdom'
import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

import { enter, insertion, person, roomOf, shownByMonaco, until } from '../support/people.mjs'

const base = process.env.BASE_URL
const page = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true })
const needed = [
  'MutationObserver',
  'Node',
  'Range',
  'HTMLElement',
  'Window',
  'requestAnimationFrame',
  'cancelAnimationFrame',
]
Object.assign(globalThis, { window: page.window, document: page.window.document })
for (const name of needed) globalThis[name] ??= page.window[name]
// They look for the page when they are loaded.
const { EditorState } = await import('@codemirror/state')
const { EditorView } = await import('@codemirror/view')
const { yCollab } = await import('y-codemirror.next')

test('an editor with a Yjs binding and one that sends changes show the same text', async (t) => {
  const ada = await person(base, 'Ada')
  const ben = await person(base, 'Ben', { guest: true })
  const room = await roomOf(base, ada, [ben])
  const provider = new WebsocketProvider(`${base.replace('http', 'ws')}/yjs`, room, new Y.Doc(), {
    params: { token: ada.token },
    WebSocketPolyfill: WebSocket,
    disableBc: true,
  })
  let view
  t.after(() => {
    view?.destroy()
    provider.destroy()
    provider.doc.destroy()
    page.window.close()
  })
  await until('the first synchronisation', () => provider.synced)
  const text = provider.doc.getText('code')
  view = new EditorView({
    state: EditorState.create({ doc: text.toString(), extensions: [yCollab(text, provider.awareness)] }),
    parent: document.body,
  })
  const shown = () => view.state.doc.toString()

  const delta = await enter(t, base, ben, room)
  let { code, rev } = await delta.hear('initial-code')
  assert.equal(shown(), code)
  delta.on('code-update', (update) => {
    code = shownByMonaco(code, update.changes)
    rev = update.rev
  })

  view.dispatch({ changes: { from: 0, insert: '# Ada 😀\n' } })
  await until('Ben has it', () => code.startsWith('# Ada 😀\n'))
  const change = insertion(code, 2, 'Ben and ')
  code = change.code
  assert.equal((await delta.ask('code_change', { ...change, rev })).ok, true)
  await until('the editor shows it', () => shown().startsWith('# Ben and Ada 😀\n'))

  // Both at one place, at once.
  view.dispatch({ changes: { from: 0, insert: 'left ' } })
  const other = insertion(code, 0, 'right ')
  code = other.code
  await delta.ask('code_change', { ...other, rev })
  await until('one text', () => shown() === code && code.includes('left ') && code.includes('right '))
})
