// Two people on lines that are slow, break, or go dead: nothing is lost, nothing doubled, and
// "Saved" is true.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { Server } from '../../tests/support/server.mjs'
import {
  editorReady,
  goToLine,
  openBrowser,
  picturing,
  replaceAll,
  saved,
  sees,
  shownText,
  typeAtLine,
  until,
} from './browser.mjs'
import { Pair } from './pair.mjs'

// How long the two type into one line, and how long one of them is away. Not named CODENCOLLAB_…:
// the server refuses settings that it does not know.
const typingMs = Number(process.env['E2E_TYPING_MS'] ?? 20_000)
const awayMs = Number(process.env['E2E_AWAY_MS'] ?? 10_000)

/** @type {Server} */
let server
/** @type {import('playwright-core').Browser} */
let browser
const pair = new Pair()
const { ada, ben } = pair
const { pictures, pictured } = picturing('together', () => ({ ada: ada.page, ben: ben.page }))

before(async () => {
  server = await Server.start()
  browser = await openBrowser()
  await pair.open(server, browser)
  for (const who of [ada, ben]) {
    who.asked = 0
    who.page.on('dialog', (dialog) => {
      who.asked += 1
      return dialog.accept()
    })
  }
})
after(async () => {
  await browser?.close()
  pair.close()
  await server?.dispose()
})
afterEach(() => pair.heal())

const count = (text, part) => text.split(part).length - 1
const state = (page) => page.locator('.link-cell').getAttribute('data-state')

/** Types one marker after the other where the caret is; each is a word of its own. */
async function typeMarkers(page, letter, forMs) {
  const markers = []
  const end = Date.now() + forMs
  while (Date.now() < end) {
    const marker = `${letter}${markers.length}x`
    markers.push(marker)
    await page.keyboard.type(`${marker} `, { delay: 25 })
  }
  return markers
}

test(
  'two type at one place at once, 300 ms apart: every marker is there once, for both',
  pictured('one-place', async (t) => {
    await replaceAll(ada.page, '# \n')
    await sees(ben.page, '# ')
    for (const { page } of [ada, ben]) await goToLine(page, 1)
    for (const { line } of [ada, ben]) line.delay(300)
    const typed = await Promise.all([
      typeMarkers(ada.page, 'A', typingMs),
      typeMarkers(ben.page, 'B', typingMs),
    ])
    const typedAt = Date.now()
    for (const { page } of [ada, ben]) await saved(page)
    const text = await pair.allSame()
    t.diagnostic(`${typed.flat().length} markers, equal and saved ${Date.now() - typedAt} ms later`)
    for (const marker of typed.flat()) assert.equal(count(text, ` ${marker} `), 1, marker)
    assert.equal(text.trim().split(' ').length, typed.flat().length + 1)
  }),
)

test(
  'one is offline for a while, both go on: it is merged, and saved',
  pictured('offline', async (t) => {
    await replaceAll(ada.page, '# one\n# two\n# three\n')
    await sees(ben.page, '# three')
    ben.line.cut()
    await ben.page.locator('.link-cell[data-state=reconnecting]').waitFor()
    await Promise.all([goToLine(ada.page, 1), goToLine(ben.page, 3)])
    const [hers, his] = await Promise.all([
      typeMarkers(ada.page, 'A', awayMs),
      typeMarkers(ben.page, 'B', awayMs),
    ])
    await saved(ada.page)
    assert.match(await ben.page.locator('.link-cell').innerText(), /\d changes wait/)
    await ben.page.screenshot({ path: `${pictures}away-ben.png` })
    const healedAt = Date.now()
    ben.line.heal()
    await ben.page.getByText('Back online. All changes merged.').first().waitFor()
    await saved(ben.page)
    const text = await pair.allSame()
    t.diagnostic(`${hers.length + his.length} markers, merged ${Date.now() - healedAt} ms later`)
    for (const marker of [...hers, ...his]) assert.equal(count(text, `${marker} `), 1, marker)
  }),
)

test(
  'a reload keeps what could not be sent, without a question; then it is sent',
  pictured('reload', async () => {
    await replaceAll(ada.page, '# kept\n')
    await sees(ben.page, '# kept')
    ben.line.cutSockets()
    await ben.page.locator('.link-cell[data-state=reconnecting]').waitFor()
    await typeAtLine(ben.page, 1, ' unsent')
    await sees(ben.page, '# kept unsent')
    await until('it is kept on the device', async () => (await copies(ben.page)) > 0)
    await typeAtLine(ada.page, 1, ' by Ada')
    await ben.page.reload()
    assert.equal(ben.asked, 0)
    assert.ok(!(await pair.serversText()).includes('unsent'))
    ben.line.heal()
    await editorReady(ben.page)
    for (const { page } of [ada, ben]) {
      await sees(page, ' unsent')
      await sees(page, ' by Ada')
    }
    const text = await pair.allSame()
    assert.equal(count(text, '# kept'), 1)
    await until('the copy is gone', async () => (await copies(ben.page)) === 0)
  }),
)

test(
  '"Saved" never stands over an edit without its acknowledgement',
  pictured('saved', async () => {
    await replaceAll(ada.page, '# true\n')
    await sees(ben.page, '# true')
    await saved(ben.page)
    await goToLine(ben.page, 1)
    ben.line.holdAnswers()
    await ben.page.evaluate(() => {
      const cell = document.querySelector('.link-cell')
      window.shown = []
      new window.MutationObserver(() =>
        window.shown.push(cell?.getAttribute('data-state')),
      ).observe(cell, {
        attributes: true,
      })
    })
    await ben.page.keyboard.type('!')
    await ben.page.locator('.link-cell[data-state=saving]').waitFor()
    await ben.page.locator('.link-cell[data-state=unsaved]').waitFor()
    await ben.page.screenshot({ path: `${pictures}unsaved-ben.png` })
    await ben.page.locator('.link-cell[data-state=reconnecting]').waitFor()
    const shown = await ben.page.evaluate(() => window.shown)
    assert.deepEqual(shown, ['saving', 'unsaved', 'reconnecting'])
    ben.line.heal()
    await saved(ben.page)
    assert.ok((await pair.serversText()).startsWith('# true!'))
    await pair.allSame()
  }),
)

test(
  'the server is killed while both type: what was saved is there, once',
  pictured('killed', async () => {
    await replaceAll(ada.page, '# \n# \n')
    await sees(ben.page, '# \n# ')
    await Promise.all([goToLine(ada.page, 1), goToLine(ben.page, 2)])
    const typing = Promise.all([
      typeMarkers(ada.page, 'A', 6_000),
      typeMarkers(ben.page, 'B', 6_000),
    ])
    await until('something is typed', async () => (await pair.serversText()).includes('A2x'))
    await server.restart('SIGKILL')
    const typed = await typing
    for (const { page } of [ada, ben]) await saved(page)
    const text = await pair.allSame()
    for (const marker of typed.flat()) assert.equal(count(text, `${marker} `), 1, marker)
  }),
)

test(
  'more text than a room holds is told before it is taken',
  pictured('too-large', async () => {
    await replaceAll(ada.page, '# small\n')
    const before_ = await shownText(ada.page)
    await replaceAll(ada.page, 'x'.repeat(1_300_000))
    await ada.page.getByText('That is 1.2 MB; a room holds 1 MB of text.').first().waitFor()
    assert.equal(await shownText(ada.page), before_)
    assert.equal(await state(ada.page), 'saved')
    await ada.page.screenshot({ path: `${pictures}too-large-ada.png` })
  }),
)

test('the consoles are silent', () => {
  assert.deepEqual([...ada.troubles, ...ben.troubles], [])
})

/** How many rows the device keeps. */
function copies(page) {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = window.indexedDB.open('codencollab-copies')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const counting = opening.result.transaction('updates').objectStore('updates').count()
          counting.onsuccess = () => {
            opening.result.close()
            resolve(counting.result)
          }
        }
      }),
  )
}
