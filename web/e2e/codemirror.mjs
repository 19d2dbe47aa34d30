// Opens a page with an editor that is not ours, in a browser, for a room of the server under test.
import { build } from 'vite'
import { newPerson } from './browser.mjs'

let bundling
/** @returns {Promise<string>} the page's script, in one piece */
function script() {
  bundling ??= build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: new URL('codemirror-page.mjs', import.meta.url).pathname },
    },
  }).then(({ output }) => output[0].code)
  return bundling
}

/**
 * Somebody who uses it, in a profile of their own.
 * @param {import('playwright-core').Browser} browser
 * @param {string} base where the page's WebSocket goes, and so where the page has to come from
 * @param {{room: string, token: string, claims: {user: {name: string, color: string}}}} how
 */
export async function openCodeMirror(browser, base, how) {
  const person = await newPerson(browser)
  // Any page that the server sends: a made-up one Chromium would not let talk to this machine.
  await person.page.goto(`${base}/health`)
  await person.page.evaluate(() => document.body.replaceChildren())
  await person.page.addScriptTag({ type: 'module', content: await script() })
  await person.page.waitForFunction(() => window.openRoom)
  await person.page.evaluate((given) => void window.openRoom(given), how)
  await person.page.waitForFunction(() => window.shownCode)
  return person
}
