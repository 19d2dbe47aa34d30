// Three kinds of client in one room: our page, a page with CodeMirror over y-websocket, and a
// program that speaks in Monaco's changes. One text, carets in every direction, no ghosts.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { enter, http, insertion, person, shownByMonaco } from '../../tests/support/people.mjs'
import { Server } from '../../tests/support/server.mjs'
import {
  goToLine,
  newPerson,
  newRoom,
  openBrowser,
  picturing,
  replaceAll,
  saved,
  shownText,
  until,
} from './browser.mjs'
import { caretOf } from './carets.mjs'
import { openCodeMirror } from './codemirror.mjs'
import { Line } from './line.mjs'
import { signUp } from './screens.mjs'

const typingMs = 5_000
const apartMs = 200

/** @type {Server} */
let server
/** @type {import('playwright-core').Browser} */
let browser
let room = ''
/** Our page. */
const ada = {}
/** CodeMirror. Her page says that she is Dee, and that is not what anybody is shown. */
const cem = {}
/** Monaco's changes over Socket.IO. */
const dee = {}
const { pictures, pictured } = picturing('three-kinds', () => ({ ada: ada.page, cem: cem.page }))

before(async () => {
  server = await Server.start()
  browser = await openBrowser()
  Object.assign(ada, await newPerson(browser), { line: await Line.to(server.base) })
  await signUp(ada.page, ada.line.base, 'Ada')
  room = await newRoom(ada.page)
  await replaceAll(ada.page, '# first\n# second\n# third\n')

  Object.assign(dee, await person(server.base, 'Dee', { guest: true }))
  await joined(dee)
  dee.socket = await enter({ after: (end) => (dee.leave = end) }, server.base, dee, room)
  const { users } = await dee.socket.hear('room-state')
  Object.assign(dee, await dee.socket.hear('initial-code'))
  dee.socket.on('code-update', ({ changes, rev }) => {
    dee.code = shownByMonaco(dee.code, changes)
    dee.rev = rev
  })
  const dees = users.find(({ name }) => name === 'Dee')
  ada.color = users.find(({ name }) => name === 'Ada').color
  dee.color = dees.color

  Object.assign(cem, await person(server.base, 'Cem', { guest: true }))
  await joined(cem)
  cem.line = await Line.to(server.base)
  const claims = { sid: dees.sid, user: { name: 'Dee', color: dee.color } }
  const how = { room, token: cem.token, claims }
  Object.assign(cem, await openCodeMirror(browser, cem.line.base, how))
  const who = await dee.socket.hear('user-joined', ({ name }) => name === 'Cem')
  Object.assign(cem, { color: who.color, sid: who.sid })
})
after(async () => {
  dee.leave?.()
  await browser?.close()
  for (const { line } of [ada, cem]) line?.close()
  await server?.dispose()
})

async function joined({ token }) {
  const answer = await http(server.base, 'POST', `/rooms/${room}/join`, { token, body: {} })
  assert.equal(answer.status, 200, answer.text)
}

const cemsCode = () => cem.page.evaluate(() => window.shownCode())

/** From the end of the first line on. A caret stays before what others put at it, as in Monaco. Begins
 *  once both others have: a first letter that crosses Dee's there would stay before Dee's, and what
 *  follows it behind (src/room/README.md, "Two at one place"). */
function typeAsDee() {
  let before = '# first'
  return async (text) => {
    await until('both others have begun', async () => dee.code.includes('A') && dee.code.includes('C'))
    const change = insertion(dee.code, dee.code.indexOf(before) + before.length, text)
    dee.code = change.code
    before = text
    const answer = await dee.socket.ask('code_change', { ...change, rev: dee.rev })
    assert.equal(answer.ok, true, JSON.stringify(answer))
  }
}

/** Resolves to the text, once all three and the server show the same. */
async function oneText() {
  let shown = []
  await until('all have one text', async () => {
    const code = http(server.base, 'GET', `/rooms/${room}/code`, { token: dee.token })
    shown = [await shownText(ada.page), await cemsCode(), dee.code, (await code).text]
    return new Set(shown.map((text) => text.trimEnd())).size === 1
  }).catch((problem) => {
    throw new Error(`${problem.message}: ${JSON.stringify(shown)}`)
  })
  return shown[1]
}

async function typeMarkers(letter, type) {
  const markers = []
  for (const end = Date.now() + typingMs; Date.now() < end;) {
    const marker = `${letter}${markers.length}x`
    markers.push(marker)
    await type(`${marker} `)
  }
  return markers
}

test(
  'all three type into one line at once: every marker is there once, for all',
  pictured('one-line', async () => {
    await oneText()
    await goToLine(ada.page, 1)
    await cem.page.evaluate(() => window.moveCaret(window.shownCode().indexOf('\n')))
    for (const { line } of [ada, cem]) line.delay(apartMs)
    const typed = await Promise.all([
      typeMarkers('A', (text) => ada.page.keyboard.type(text, { delay: 25 })),
      typeMarkers('C', (text) => cem.page.keyboard.type(text, { delay: 25 })),
      typeMarkers('D', typeAsDee()),
    ])
    await saved(ada.page)
    const [line, ...rest] = (await oneText()).split('\n')
    const lanes = typed.map((markers) => markers.map((marker) => `${marker} `).join(''))
    for (const lane of lanes) assert.equal(line.split(lane).length, 2, `once: ${lane}in ${line}`)
    assert.equal(line.length, '# first'.length + lanes.join('').length)
    assert.deepEqual(rest, ['# second', '# third', ''])
    for (const { line } of [ada, cem]) line.delay(0)
  }),
)

test(
  'our page shows the others’ carets where they are, by name, in the colours of the room',
  pictured('carets-ada', async () => {
    await goToLine(ada.page, 1)
    await cem.page.evaluate(() => {
      const at = window.shownCode().indexOf('# third')
      window.moveCaret(at, at + 4)
    })
    dee.socket.emit('cursor', { userId: dee.id, lineNumber: 2, column: 6 })
    await until('both carets are there', async () => {
      const [cems, dees] = [await caretOf(ada.page, 'Cem'), await caretOf(ada.page, 'Dee')]
      return cems?.line === 3 && cems.column === 5 && dees?.line === 2 && dees.column === 6
    })
    const slots = await slotsOfPeople()
    for (const name of ['Cem', 'Dee'])
      assert.equal((await caretOf(ada.page, name))?.slot, slots[name], name)
    assert.notEqual(slots.Cem, slots.Dee)
    await ada.page.locator(`.remote-selection.${slots.Cem}`).first().waitFor()
    await ada.page.screenshot({ path: `${pictures}ada.png` })
  }),
)

test(
  'the page with CodeMirror shows both of the others’',
  pictured('carets-cem', async () => {
    await goToLine(ada.page, 3)
    const seen = () =>
      cem.page.evaluate(() =>
        [...document.querySelectorAll('.cm-ySelectionCaret')].map((caret) => ({
          name: caret.querySelector('.cm-ySelectionInfo').textContent,
          color: window.getComputedStyle(caret).backgroundColor,
          line: [...document.querySelectorAll('.cm-line')].indexOf(caret.closest('.cm-line')) + 1,
        })),
      )
    const expected = [
      { name: 'Dee', color: rgb(dee.color), line: 2 },
      { name: 'Ada', color: rgb(ada.color), line: 3 },
    ]
    await until('both carets are there', async () => {
      const now = await seen()
      return JSON.stringify(now) === JSON.stringify(expected)
    }).catch(async (problem) => {
      throw new Error(`${problem.message}: ${JSON.stringify(await seen())}`)
    })
    await cem.page.screenshot({ path: `${pictures}cem.png` })
  }),
)

test(
  'the program is told of both of the others’',
  pictured('carets-dee', async () => {
    await goToLine(ada.page, 2)
    // On its way there the caret may be told of at the start of the line, too.
    const isAtEnd = ({ lineNumber, column }) => lineNumber === 2 && column === '# second'.length + 1
    const adas = await dee.socket.hear('cursor', (at) => at.name === 'Ada' && isAtEnd(at))
    assert.equal(adas.color, ada.color)
    await cem.page.evaluate(() => {
      const at = window.shownCode().indexOf('# third')
      window.moveCaret(at + 2, at + 7)
    })
    const isThere = ({ lineNumber, column }) => lineNumber === 3 && column === 8
    const cems = await dee.socket.hear('cursor', (at) => at.name === 'Cem' && isThere(at))
    assert.deepEqual([cems.userId, cems.color], [cem.id, cem.color])
    const ends = { startLineNumber: 3, startColumn: 3, endLineNumber: 3, endColumn: 8 }
    assert.deepEqual(cems.selection, ends)
  }),
)

test(
  'who goes leaves no caret behind',
  pictured('gone', async () => {
    assert.deepEqual(cem.troubles, [])
    await cem.page.close()
    await dee.socket.hear('user-disconnected', ({ sid }) => sid === cem.sid)
    dee.socket.disconnect()
    await until('Ada is alone', async () => {
      const carets = await ada.page.locator('.remote-caret, .remote-selection').count()
      return carets === 0 && Object.keys(await slotsOfPeople()).join() === 'Ada'
    })
  }),
)

test('the console is silent', () => {
  assert.deepEqual(ada.troubles, [])
})

/** The colour that the list of people gives to each. */
function slotsOfPeople() {
  return ada.page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll('.person')].map((row) => [
        row.querySelector('.name').textContent,
        [...row.querySelector('.flagged').classList].find((one) => /^s\d$/.test(one)),
      ]),
    ),
  )
}

/** As a browser writes it. @param {string} hex */
function rgb(hex) {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
  return `rgb(${parts.join(', ')})`
}
