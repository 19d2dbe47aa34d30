// How a room looks and closes what is open: on a device that changes its theme, on one of middle width.
import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Server } from '../../tests/support/server.mjs'
import { joinAsGuest, newPerson, newRoom, openBrowser, until } from './browser.mjs'
import { signUp } from './screens.mjs'

/** @type {Server} */
let server
/** @type {import('playwright-core').Browser} */
let browser
const ada = {}
before(async () => {
  server = await Server.start()
  browser = await openBrowser()
  Object.assign(ada, await newPerson(browser))
  await signUp(ada.page, server.base, 'Ada')
  await newRoom(ada.page)
  const ben = await newPerson(browser)
  await joinAsGuest(ben.page, ada.page.url(), 'Ben')
})
after(async () => {
  await browser?.close()
  await server?.dispose()
})

test('the editor changes its theme with the page', async () => {
  const looks = () =>
    ada.page.evaluate(() => {
      const frame = document.querySelector('.room .editor')
      const editor = document.querySelector('.monaco-editor-background')
      return {
        theme: document.documentElement.dataset.theme,
        around: window.getComputedStyle(frame).backgroundColor,
        editor: window.getComputedStyle(editor).backgroundColor,
      }
    })
  for (const [theme, colorScheme, contrast] of [
    ['dark', 'dark', 'no-preference'],
    ['hc-light', 'light', 'more'],
    ['hc-dark', 'dark', 'more'],
    ['light', 'light', 'no-preference'],
  ]) {
    await ada.page.emulateMedia({ colorScheme, contrast })
    await until(`the editor is ${theme}`, async () => {
      const now = await looks()
      return now.theme === theme && now.editor === now.around
    })
  }
})

test('Escape closes what lies over the editor, one thing at a time', async () => {
  const { page } = ada
  await page.setViewportSize({ width: 1000, height: 800 })
  const button = page.getByRole('button', { name: /^People: / })
  const panel = page.getByRole('complementary', { name: 'People and chat' })
  if (await panel.isVisible()) await button.click()
  await button.click()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'hidden' })

  await button.click()
  await page.getByRole('button', { name: 'Options for Ben' }).click()
  const item = page.getByRole('menuitem', { name: 'Remove from the room' })
  await item.waitFor()
  await page.keyboard.press('Escape')
  await item.waitFor({ state: 'hidden' })
  assert.equal(await panel.isVisible(), true)

  await page.getByRole('button', { name: 'Options for Ben' }).click()
  await item.click()
  const dialog = page.getByRole('dialog', { name: 'Remove Ben?' })
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  assert.equal(await panel.isVisible(), true)

  await page.getByRole('textbox', { name: 'Message' }).focus()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'hidden' })
  assert.equal(
    await page.evaluate(() => document.activeElement?.closest('.monaco-editor') !== null),
    true,
  )
})

test('the menu of a person stands in its panel, whole and without a fault', async () => {
  const { page } = ada
  await page.setViewportSize({ width: 1440, height: 900 })
  const panel = page.getByRole('complementary', { name: 'People and chat' })
  if (!(await panel.isVisible())) await page.getByRole('button', { name: /^People: / }).click()
  await panel.getByRole('button', { name: 'Options for Ben' }).click()
  const items = panel.getByRole('menuitem')
  await items.first().waitFor()
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(' '))]),
    [],
  )
  const names = await items.allTextContents()
  assert.ok(names.includes('Remove from the room'), names.join())
  for (const name of names) {
    // Nothing lies over it or cuts it off: a click may go there.
    await panel.getByRole('menuitem', { name, exact: true }).click({ trial: true })
  }
  await page.keyboard.press('Escape')
  await items.first().waitFor({ state: 'hidden' })
})

test('the console is silent', () => {
  assert.deepEqual(ada.troubles, [])
})
