// What a page with somebody else's editor does to take part in a room: CodeMirror, y-codemirror.next
// and y-websocket, as their own documentation puts them together. `codemirror.mjs` opens it.
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { yCollab } from 'y-codemirror.next'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

/** Resolves when the room's text is shown. `claims` is what this page says of itself. */
window.openRoom = async ({ room, token, claims }) => {
  const doc = new Y.Doc()
  const provider = new WebsocketProvider(`ws://${window.location.host}/yjs`, room, doc, {
    params: { token },
    disableBc: true, // past the server, to other tabs of this browser
  })
  provider.awareness.setLocalState(claims)
  await new Promise((resolve) => provider.once('sync', resolve))
  const text = doc.getText('code')
  const view = new EditorView({
    state: EditorState.create({
      doc: text.toString(),
      extensions: [yCollab(text, provider.awareness)],
    }),
    parent: document.body,
  })
  window.shownCode = () => view.state.doc.toString()
  window.moveCaret = (anchor, head = anchor) => {
    view.focus()
    view.dispatch({ selection: { anchor, head } })
  }
}
