// What the server will not take: it says why, everybody has the same text again, and what was not
// taken is not lost for the one who wrote it.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { after, before, beforeEach, test } from 'node:test'
import { http } from '../../tests/support/people.mjs'
import { Server } from '../../tests/support/server.mjs'
import {
  editorReady,
  goToLine,
  joinAsGuest,
  newPerson,
  openBrowser,
  paste,
  replaceAll,
  saved,
  sees,
  shownText,
  typeAtLine,
  until,
} from './browser.mjs'
import { Line } from './line.mjs'
import { signUp } from './screens.mjs'

const pictures = new URL('out/refusals/', import.meta.url).pathname
/** How much text a room of this server holds, so that it is soon full. */
const unitsMax = 4_096

/** @type {Server} */
let server
/** @type {import('playwright-core').Browser} */
let browser
const ada = {}
const ben = {}
let room = ''

before(async () => {
  mkdirSync(pictures, { recursive: true })
  server = await Server.start({ env: { CODENCOLLAB_LIMIT_DOCUMENT_UNITS: String(unitsMax) } })
  browser = await openBrowser()
  for (const who of [ada, ben])
    Object.assign(who, await newPerson(browser), { line: await Line.to(server.base) })
  await signUp(ada.page, ada.line.base, 'Ada')
  await ada.page.getByRole('button', { name: 'New room' }).first().click()
  await editorReady(ada.page)
  room = ada.page.url().split('/').at(-1) ?? ''
  await joinAsGuest(ben.page, `${ben.line.base}/r/${room}`, 'Ben')
  ben.id = await ben.page.evaluate(
    () => JSON.parse(localStorage.getItem('codencollab-auth') ?? '{}').user.id,
  )
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
  for (const { line } of [ada, ben]) line?.close()
  await server?.dispose()
})
beforeEach(async () => {
  await asAda('PATCH', `/rooms/${room}`, { locked: false })
  await asAda('PUT', `/rooms/${room}/members/${ben.id}`, { role: 'editor' })
  await until('nothing is refused any more', async () => {
    const isReadOnly = await ben.page.getByText(/Viewing only|Locked by/).count()
    return isReadOnly === 0
  })
  const close = ben.page.locator('.notice').getByRole('button', { name: 'Close' })
  if ((await close.count()) > 0) await close.click()
  await ben.page.evaluate(() => (window.said = []))
})

/** Takes pictures of how far it got when a test fails. */
function pictured(name, body) {
  return async () => {
    try {
      await body()
    } catch (error) {
      for (const [who, { page }] of Object.entries({ ada, ben }))
        await page.screenshot({ path: `${pictures}${name}-${who}.png` }).catch(() => undefined)
      throw error
    } finally {
      for (const { line } of [ada, ben]) {
        line.heal()
        line.delay(0)
      }
    }
  }
}

async function asAda(method, path, body) {
  const token = await ada.page.evaluate(
    () => JSON.parse(localStorage.getItem('codencollab-auth') ?? '{}').access_token,
  )
  const answer = await http(server.base, method, path, { token, body })
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`)
  return answer.text
}

async function allSame() {
  await until('both and the server have the same text', async () => {
    const [a, b] = await Promise.all([shownText(ada.page), shownText(ben.page)])
    const s = await asAda('GET', `/rooms/${room}/code`)
    return a === b && s.trimEnd() === a.trimEnd()
  })
  return shownText(ada.page)
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
    assert.equal((await allSame()).split('\n')[0], '# 123456')
    await ben.page.keyboard.press('Backspace')
    await ben.page.keyboard.type('!')
    await saved(ben.page)
    assert.equal((await allSame()).split('\n')[0], '# 12345!')
  }),
)

test(
  'a paste that is too large is not taken, whole or in part',
  pictured('paste', async () => {
    await replaceAll(ben.page, '# small\n')
    await goToLine(ben.page, 1)
    await paste(ben.page, 'y'.repeat(6_000))
    await ben.page.getByText('That is 5.9 KB; a room holds 4 KB of text.').first().waitFor()
    assert.equal(await allSame(), '# small\n')
    await saved(ben.page)
  }),
)

test(
  'two who together write too much: the later one is refused, and has it as a download',
  pictured('together', async () => {
    await replaceAll(ada.page, `# one\n# two\n${'x'.repeat(3_000)}\n`)
    await sees(ben.page, '# two')
    await saved(ben.page)
    await benWritesOffline(2, ' by Ben ')
    await paste(ben.page, 'b'.repeat(800))
    await goToLine(ada.page, 1)
    await paste(ada.page, 'a'.repeat(800))
    await saved(ada.page)
    ben.line.heal()
    await benIsTold('With your last change the room would hold too much text, so it was not taken.')
    await ben.page.screenshot({ path: `${pictures}together.png` })
    await saved(ben.page)
    const text = await allSame()
    assert.ok(text.includes('a'.repeat(800)) && !text.includes('Ben'))
    assert.ok((await whatBenHad()).includes(`# two by Ben ${'b'.repeat(800)}\n`))
    await neverSaidMerged()

    // He goes on, and a reload does not bring it back.
    await typeAtLine(ben.page, 2, ' again')
    await saved(ben.page)
    assert.ok((await allSame()).includes('# two again\n'))
  }),
)

test(
  'what a person writes while being made a viewer is not taken',
  pictured('viewer', async () => {
    await replaceAll(ada.page, '# one\n# two\n')
    await sees(ben.page, '# two')
    await saved(ben.page)
    await benWritesOffline(2, ' by Ben')
    await asAda('PUT', `/rooms/${room}/members/${ben.id}`, { role: 'viewer' })
    ben.line.heal()
    await benIsTold('You may not edit here any more, so your last change was not taken.')
    await ben.page.getByText('Viewing only').first().waitFor()
    assert.equal(await allSame(), '# one\n# two\n')
    assert.equal(await whatBenHad(), '# one\n# two by Ben\n')
    await neverSaidMerged()
    await typeAtLine(ben.page, 1, 'nothing')
    await ben.page.getByText('You are viewing this room. Ask to edit.').first().waitFor()
    assert.equal(await allSame(), '# one\n# two\n')
    await ben.page.screenshot({ path: `${pictures}viewer.png` })
  }),
)

test(
  'what is written offline after the room was locked is not taken',
  pictured('locked-offline', async () => {
    await replaceAll(ada.page, '# one\n# two\n')
    await sees(ben.page, '# two')
    await saved(ben.page)
    await benWritesOffline(1, ' by Ben')
    await asAda('PATCH', `/rooms/${room}`, { locked: true })
    await typeAtLine(ben.page, 2, ' by Ben')
    ben.line.heal()
    await benIsTold('Editing was locked before your last change arrived, so it was not taken.')
    await ben.page.getByText('Locked by Ada').first().waitFor()
    assert.equal(await allSame(), '# one\n# two\n')
    assert.equal(await whatBenHad(), '# one by Ben\n# two by Ben\n')
    await neverSaidMerged()
  }),
)

test(
  'the host locks while a guest types: what came before is kept, what came after is handed out',
  pictured('locked', async () => {
    await replaceAll(ada.page, '# \n')
    await sees(ben.page, '# ')
    await saved(ben.page)
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
    const [kept] = (await allSame()).split('\n')
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
