// The main job, end to end: one link, one editor, one Run; two people in two browsers.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { http } from '../../tests/support/people.mjs'
import { Server } from '../../tests/support/server.mjs'
import {
  editorReady,
  joinAsGuest,
  newPerson,
  newRoom,
  openBrowser,
  outputHas,
  replaceAll,
  sees,
  shownText,
  saved,
  signedIn,
  typeAtLine,
  until,
} from './browser.mjs'
import { signUp } from './screens.mjs'

const pictures = new URL('out/journey/', import.meta.url).pathname

/** @type {Server} */
let server
/** @type {import('playwright-core').Browser} */
let browser
before(async () => {
  mkdirSync(pictures, { recursive: true })
  server = await Server.start()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.dispose()
})

/** Takes a picture of how far it got when a test fails. */
function pictured(name, pages, body) {
  return async (t) => {
    assert.equal(failedAt, '', 'an earlier step failed')
    try {
      await body(t)
    } catch (error) {
      failedAt = name
      for (const [who, page] of Object.entries(pages())) {
        await page
          .screenshot({ path: `${pictures}${name}-${who}-failed.png` })
          .catch(() => undefined)
      }
      throw error
    }
  }
}

const ada = {}
const ben = {}
let link = ''
/** Each step goes on from the one before: after a failure the others would only wait in vain. */
let failedAt = ''

test(
  'a host signs up and has a room and its link in one click',
  pictured(
    'host',
    () => ({ ada: ada.page }),
    async () => {
      Object.assign(ada, await newPerson(browser))
      await ada.context.grantPermissions(['clipboard-read', 'clipboard-write'], {
        origin: server.base,
      })
      await signUp(ada.page, server.base, 'Ada')
      await newRoom(ada.page)
      await ada.page.getByText('Link copied. Whoever opens it can join and edit.').first().waitFor()
      link = ada.page.url()
      assert.match(link, /\/r\/[0-9a-f-]{36}$/)
      assert.equal(await ada.page.evaluate(() => navigator.clipboard.readText()), link)
    },
  ),
)

test(
  'a guest follows the link and types after one field',
  pictured(
    'guest',
    () => ({ ben: ben.page }),
    async () => {
      Object.assign(ben, await newPerson(browser))
      await joinAsGuest(ben.page, link, 'Ben')
      assert.equal(await shownText(ben.page), await shownText(ada.page))
      await ada.page.getByText('Ben', { exact: true }).first().waitFor()
    },
  ),
)

test(
  'both type at the same time, and everybody sees everything',
  pictured(
    'typing',
    () => ({ ada: ada.page, ben: ben.page }),
    async () => {
      await replaceAll(ada.page, 'first = ""\nsecond = ""\nprint("ready")\n')
      await sees(ben.page, 'print("ready")')
      await Promise.all([
        typeAtLine(ada.page, 1, ' # Ada types this while Ben types'),
        typeAtLine(ben.page, 2, ' # Ben types this 👩‍💻 while Ada types'),
      ])
      for (const page of [ada.page, ben.page]) {
        await sees(page, '# Ada types this while Ben types')
        await sees(page, '# Ben types this 👩‍💻 while Ada types')
      }
      assert.equal(await shownText(ada.page), await shownText(ben.page))
    },
  ),
)

test(
  'both type into one line at the same time, and nothing is lost or doubled',
  pictured(
    'one-line',
    () => ({ ada: ada.page, ben: ben.page }),
    async () => {
      await replaceAll(ada.page, 'shared = ""\n')
      await sees(ben.page, 'shared = ""')
      await Promise.all([
        typeAtLine(ada.page, 1, 'AAAAAAAAAAAAAAAAAAAAAAAA'),
        typeAtLine(ben.page, 1, 'BBBBBBBBBBBBBBBBBBBBBBBB'),
      ])
      await until('both show all letters', async () => {
        const [a, b] = await Promise.all([shownText(ada.page), shownText(ben.page)])
        return a === b && a.replaceAll(/[^AB]/g, '').length === 48
      })
    },
  ),
)

test(
  'the other’s caret and name are seen',
  pictured(
    'carets',
    () => ({ ada: ada.page, ben: ben.page }),
    async () => {
      await typeAtLine(ben.page, 2, '# here')
      await ada.page.locator('.monaco-editor').getByText('Ben', { exact: true }).first().waitFor()
      await ada.page.screenshot({ path: `${pictures}carets-ada.png` })
    },
  ),
)

test(
  'undo takes back one’s own edits alone',
  pictured(
    'undo',
    () => ({ ada: ada.page, ben: ben.page }),
    async () => {
      await replaceAll(ada.page, 'one\ntwo\nthree\n')
      await sees(ben.page, 'three')
      await typeAtLine(ada.page, 1, ' by Ada')
      await sees(ben.page, 'one by Ada')
      await typeAtLine(ben.page, 3, ' by Ben')
      await sees(ada.page, 'three by Ben')
      await ada.page.keyboard.press('Control+Z')
      await until('Ada’s edit is gone and Ben’s is there', async () => {
        const text = await shownText(ada.page)
        return text.includes('three by Ben') && !text.includes('by Ada')
      })
      await until(
        'Ben sees the same',
        async () => (await shownText(ben.page)) === (await shownText(ada.page)),
      )
    },
  ),
)

test(
  'one runs, both see the output as it comes and the same result',
  pictured(
    'run',
    () => ({ ada: ada.page, ben: ben.page }),
    async () => {
      await replaceAll(
        ada.page,
        'import sys\nprint("counting")\nname = input()\nprint("hello " + name)\nprint("careful", file=sys.stderr)\nsys.exit(3)\n',
      )
      await sees(ben.page, 'sys.exit(3)')
      await ben.page.getByRole('button', { name: 'Run', exact: true }).click()
      for (const page of [ada.page, ben.page]) await outputHas(page, 'counting') // while it still runs
      const input = ada.page.getByLabel('Input for the running program')
      await input.fill('Grace')
      await input.press('Enter')
      for (const page of [ada.page, ben.page]) {
        await outputHas(page, 'hello Grace')
        await outputHas(page, 'careful')
        await outputHas(page, /Ended with exit code 3/)
      }
      await ada.page.screenshot({ path: `${pictures}run-ada.png` })
    },
  ),
)

test(
  'chat reaches the other',
  pictured(
    'chat',
    () => ({ ada: ada.page, ben: ben.page }),
    async () => {
      const field = ben.page.getByRole('textbox', { name: 'Message' })
      await field.fill('shall we start? <b>not bold</b>')
      await field.press('Enter')
      await ada.page.getByText('shall we start? <b>not bold</b>').first().waitFor()
    },
  ),
)

test(
  'a reload loses and doubles nothing',
  pictured(
    'reload',
    () => ({ ben: ben.page }),
    async () => {
      const before_ = await shownText(ben.page)
      await ben.page.reload()
      await editorReady(ben.page)
      await until('the same text', async () => (await shownText(ben.page)) === before_)
      await until('one Ben for Ada', async () => {
        const room = link.split('/').at(-1)
        const { token } = await signedIn(ada.page)
        const { json } = await http(server.base, 'GET', '/rooms', { token })
        const { online } = json.rooms.find((listed) => listed.room_id === room)
        return online.length === 2
      })
    },
  ),
)

/** Waits until the room's language is shown as this one. */
const showsLanguage = (page, name) =>
  page.getByRole('button', { name: `Language: ${name}` }).waitFor()

test(
  'one changes the language, the other sees it, and a reload keeps it',
  pictured(
    'language',
    () => ({ ada: ada.page, ben: ben.page }),
    async () => {
      const text = await shownText(ada.page)
      await ada.page.getByRole('button', { name: 'Language: Python' }).click()
      const search = ada.page.getByRole('combobox', { name: 'Search languages' })
      await search.fill('javascr')
      await search.press('Enter')
      await ada.page.getByRole('button', { name: 'Keep the code' }).click()
      for (const page of [ada.page, ben.page]) await showsLanguage(page, 'JavaScript')
      await ben.page.reload()
      await editorReady(ben.page)
      await showsLanguage(ben.page, 'JavaScript')
      assert.equal(await shownText(ben.page), text)
    },
  ),
)

test(
  'the server restarts under both: they come back by themselves with the same text',
  pictured(
    'restart',
    () => ({ ada: ada.page, ben: ben.page }),
    async () => {
      await typeAtLine(ada.page, 1, ' # before the restart')
      await sees(ben.page, '# before the restart')
      await saved(ada.page)
      await server.stop()
      for (const page of [ada.page, ben.page]) {
        await page
          .locator('.link-cell[data-state=reconnecting], .link-cell[data-state=restarting]')
          .waitFor()
      }
      await typeAtLine(ben.page, 2, ' # while it was away')
      await server.launch()
      for (const page of [ada.page, ben.page]) {
        await page.locator('.link-cell[data-state=saved], .link-cell[data-state=back]').waitFor()
        await sees(page, '# before the restart')
        await sees(page, '# while it was away')
        await showsLanguage(page, 'JavaScript')
      }
      assert.equal(await shownText(ada.page), await shownText(ben.page))
    },
  ),
)

test(
  'a viewer and a locked room are read-only, and say so',
  pictured(
    'locked',
    () => ({ ada: ada.page, ben: ben.page }),
    async () => {
      const room = link.split('/').at(-1)
      const { token } = await signedIn(ada.page)
      assert.equal(
        (await http(server.base, 'PATCH', `/rooms/${room}`, { token, body: { locked: true } }))
          .status,
        200,
      )
      await ben.page.getByText('Ada locked editing.').first().waitFor()
      const text = await shownText(ben.page)
      await typeAtLine(ben.page, 1, 'nobody may type this')
      assert.equal(await shownText(ben.page), text)
      assert.equal(
        (await http(server.base, 'PATCH', `/rooms/${room}`, { token, body: { locked: false } }))
          .status,
        200,
      )
      await until('unlocked', async () => {
        await typeAtLine(ben.page, 1, '!')
        return (await shownText(ben.page)).includes('!')
      })
    },
  ),
)

test(
  'a room that is deleted says so to who is in it',
  pictured(
    'deleted',
    () => ({ ben: ben.page }),
    async () => {
      const room = link.split('/').at(-1)
      const { token } = await signedIn(ada.page)
      assert.equal((await http(server.base, 'DELETE', `/rooms/${room}`, { token })).status, 204)
      await ben.page.getByText('This room was deleted').first().waitFor()
      await ben.page.goto(link)
      await ben.page.getByText('No such room, or it is not open to you').first().waitFor()
    },
  ),
)

test('the consoles are silent', () => {
  assert.deepEqual([...ada.troubles, ...ben.troubles], [])
})
