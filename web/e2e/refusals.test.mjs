// What the server will not take: it says why, everybody has the same text again, and what was not
// taken is not lost for the one who wrote it.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { Server } from '../../tests/support/server.mjs'
import {
  goToLine,
  openBrowser,
  paste,
  picturing,
  replaceAll,
  saved,
  sees,
  signedIn,
  typeAtLine,
  until,
} from './browser.mjs'
import { Pair } from './pair.mjs'

/** How much text a room of this server holds, so that it is soon full. */
const unitsMax = 4_096

/** @type {Server} */
let server
/** @type {import('playwright-core').Browser} */
let browser
const pair = new Pair()
const { ada, ben } = pair
const { pictures, pictured } = picturing('refusals', () => ({ ada: ada.page, ben: ben.page }))

before(async () => {
  server = await Server.start({ env: { CODENCOLLAB_LIMIT_DOCUMENT_UNITS: String(unitsMax) } })
  browser = await openBrowser()
  await pair.open(server, browser)
  ben.id = (await signedIn(ben.page)).id
  await ben.page.evaluate(() => {
    window.said = []
    const look = () => {
      const line = document.querySelector('.notice .said')?.textContent
      if (line && window.said.at(-1) !== line) window.said.push(line)
    }
    new window.MutationObserver(look).observe(document.body, { childList: true, subtree: true })
  })
})
after(async () => {
  await browser?.close()
  pair.close()
  await server?.dispose()
})
afterEach(() => pair.heal())
beforeEach(async () => {
  await pair.asAda('PATCH', '', { locked: false })
  await pair.asAda('PUT', `/members/${ben.id}`, { role: 'editor' })
  await until('nothing is refused any more', async () => {
    const isReadOnly = await ben.page.getByText(/Viewing only|Locked by/).count()
    return isReadOnly === 0
  })
  const close = ben.page.locator('.notice').getByRole('button', { name: 'Close' })
  if ((await close.count()) > 0) await close.click()
  await ben.page.evaluate(() => (window.said = []))
})

/** The room's text is that, for both. @param {string} text */
async function startWith(text) {
  await replaceAll(ada.page, text)
  await sees(ben.page, text.trimEnd())
  await saved(ben.page)
}

/** Ben is told so, in these words, and that the room's text is what he sees now. */
async function benIsTold(words) {
  await ben.page.getByText(`${words} The room’s text is shown now.`).first().waitFor()
}

/** The file that Ben gets of what was not taken. */
async function whatBenHad() {
  const [download] = await Promise.all([
    ben.page.waitForEvent('download'),
    ben.page.getByRole('button', { name: 'Download what was here' }).click(),
  ])
  return readFile(await download.path(), 'utf8')
}

/** Ben's connection is gone; he goes on writing. */
async function benWritesOffline(line, text) {
  ben.line.cut()
  await ben.page.locator('.link-cell[data-state=reconnecting]').waitFor()
  await typeAtLine(ben.page, line, text)
}

async function neverSaidMerged() {
  const said = await ben.page.evaluate(() => window.said)
  assert.deepEqual(
    said.filter((line) => line.includes('All changes merged')),
    [],
  )
}

test(
  'typing stops where the room is full, and goes on when there is room again',
  pictured('full', async () => {
    const text = `# \n${'x'.repeat(unitsMax - 10)}\n`
    await replaceAll(ben.page, text)
    await typeAtLine(ben.page, 1, '123456789')
    await ben.page.getByText('A room holds 4 KB of text, and this one is full.').first().waitFor()
    assert.equal((await pair.allSame()).split('\n')[0], '# 123456')
    await ben.page.keyboard.press('Backspace')
    await ben.page.keyboard.type('!')
    await saved(ben.page)
    assert.equal((await pair.allSame()).split('\n')[0], '# 12345!')
  }),
)

test(
  'a paste that is too large is not taken, whole or in part',
  pictured('paste', async () => {
    await replaceAll(ben.page, '# small\n')
    await goToLine(ben.page, 1)
    await paste(ben.page, 'y'.repeat(6_000))
    await ben.page.getByText('That is 5.9 KB; a room holds 4 KB of text.').first().waitFor()
    assert.equal(await pair.allSame(), '# small\n')
    await saved(ben.page)
  }),
)

test(
  'two who together write too much: the later one is refused, and has it as a download',
  pictured('together', async () => {
    await startWith(`# one\n# two\n${'x'.repeat(3_000)}\n`)
    await benWritesOffline(2, ' by Ben ')
    await paste(ben.page, 'b'.repeat(800))
    await goToLine(ada.page, 1)
    await paste(ada.page, 'a'.repeat(800))
    await saved(ada.page)
    ben.line.heal()
    await benIsTold('With your last change the room would hold too much text, so it was not taken.')
    await ben.page.screenshot({ path: `${pictures}together.png` })
    await saved(ben.page)
    const text = await pair.allSame()
    assert.ok(text.includes('a'.repeat(800)) && !text.includes('Ben'))
    assert.ok((await whatBenHad()).includes(`# two by Ben ${'b'.repeat(800)}\n`))
    await neverSaidMerged()

    // He goes on, and a reload does not bring it back.
    await typeAtLine(ben.page, 2, ' again')
    await saved(ben.page)
    assert.ok((await pair.allSame()).includes('# two again\n'))
  }),
)

test(
  'what a person writes while being made a viewer is not taken',
  pictured('viewer', async () => {
    await startWith('# one\n# two\n')
    await benWritesOffline(2, ' by Ben')
    await pair.asAda('PUT', `/members/${ben.id}`, { role: 'viewer' })
    ben.line.heal()
    await benIsTold('You may not edit here any more, so your last change was not taken.')
    await ben.page.getByText('Viewing only').first().waitFor()
    assert.equal(await pair.allSame(), '# one\n# two\n')
    assert.equal(await whatBenHad(), '# one\n# two by Ben\n')
    await neverSaidMerged()
    await typeAtLine(ben.page, 1, 'nothing')
    await ben.page.getByText('You are viewing this room. Ask to edit.').first().waitFor()
    assert.equal(await pair.allSame(), '# one\n# two\n')
    await ben.page.screenshot({ path: `${pictures}viewer.png` })
  }),
)

test(
  'what is written offline after the room was locked is not taken',
  pictured('locked-offline', async () => {
    await startWith('# one\n# two\n')
    await benWritesOffline(1, ' by Ben')
    await pair.asAda('PATCH', '', { locked: true })
    await typeAtLine(ben.page, 2, ' by Ben')
    ben.line.heal()
    await benIsTold('Editing was locked before your last change arrived, so it was not taken.')
    await ben.page.getByText('Locked by Ada').first().waitFor()
    assert.equal(await pair.allSame(), '# one\n# two\n')
    assert.equal(await whatBenHad(), '# one by Ben\n# two by Ben\n')
    await neverSaidMerged()
  }),
)

test(
  'the host locks while a guest types: what came before is kept, what came after is handed out',
  pictured('locked', async () => {
    await startWith('# \n')
    await goToLine(ben.page, 1)
    ben.line.delay(600)
    const locked = ben.page.getByText('Locked by Ada').first()
    const typing = (async () => {
      for (let i = 0; !(await locked.isVisible()); i += 1)
        await ben.page.keyboard.type(`B${i}x `, { delay: 10 })
    })()
    await sees(ada.page, 'B2x')
    await ada.page.getByRole('button', { name: 'Room menu' }).click()
    await ada.page.getByRole('menuitem', { name: 'Lock editing' }).click()
    await typing
    await benIsTold('Editing was locked before your last change arrived, so it was not taken.')
    await ben.page.screenshot({ path: `${pictures}locked.png` })
    await saved(ben.page)
    const [kept] = (await pair.allSame()).split('\n')
    const [had] = (await whatBenHad()).split('\n')
    assert.ok(had.startsWith(kept) && had.length > kept.length, `${had} begins with ${kept}`)
    await typeAtLine(ben.page, 1, 'x')
    await ben.page.locator('.monaco-editor-overlaymessage').waitFor()
    assert.equal(
      await ben.page.locator('.monaco-editor-overlaymessage').innerText(),
      'Ada locked editing.',
    )
  }),
)

test('the consoles are silent', () => {
  assert.deepEqual([...ada.troubles, ...ben.troubles], [])
})
