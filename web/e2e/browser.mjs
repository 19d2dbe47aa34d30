// People in browsers of their own, and what they do and see in a room, in words of the screen.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'

/** Patience for what a slow machine may take long for; nothing waits that long when all is well. */
export const patience = 30_000

/** One Chromium for a test file; each person has a profile of their own in it. */
export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', // Chromium refuses to start as root without it, as tests may run
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
    ],
  })
}

/**
 * A new profile with an empty page. Whatever the console complains of is kept in `troubles`.
 * @param {import('playwright-core').Browser} browser
 */
export async function newPerson(browser) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(patience)
  /** @type {string[]} */
  const troubles = []
  page.on('console', (message) => {
    // Refusals and a server that is away are answers, though browsers log them as errors.
    const expected = /Failed to load resource|WebSocket connection to/.test(message.text())
    if ((message.type() === 'error' || message.type() === 'warning') && !expected)
      troubles.push(message.text())
  })
  page.on('pageerror', (error) => troubles.push(String(error)))
  return { page, context, troubles }
}

/** Opens the link as a guest. @param {import('playwright-core').Page} page @param {string} link @param {string} name */
export async function joinAsGuest(page, link, name) {
  await page.goto(link)
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('Your name').press('Enter')
  await editorReady(page)
}

/** A new room of whoever is signed in; resolves to its id. @param {import('playwright-core').Page} page */
export async function newRoom(page) {
  await page.getByRole('button', { name: 'New room' }).first().click()
  await editorReady(page)
  return page.url().split('/').at(-1) ?? ''
}

/** Who is signed in, for requests in their name. @param {import('playwright-core').Page} page */
export function signedIn(page) {
  return page.evaluate(() => {
    const session = JSON.parse(localStorage.getItem('codencollab-auth') ?? '{}')
    return { id: session.user?.id, token: session.access_token }
  })
}

/**
 * Where a test file's pictures go, and what makes a test of it take one of each page when it fails.
 * @param {string} folder
 * @param {() => Record<string, import('playwright-core').Page | undefined>} pages by whose they are
 */
export function picturing(folder, pages) {
  const pictures = new URL(`out/${folder}/`, import.meta.url).pathname
  mkdirSync(pictures, { recursive: true })
  /** @param {string} name @param {(t: import('node:test').TestContext) => Promise<void>} body */
  function pictured(name, body) {
    return async (t) => {
      try {
        await body(t)
      } catch (error) {
        for (const [who, page] of Object.entries(pages()))
          await page?.screenshot({ path: `${pictures}${name}-${who}.png` }).catch(() => undefined)
        throw error
      }
    }
  }
  return { pictures, pictured }
}

/** @param {import('playwright-core').Page} page */
export async function editorReady(page) {
  await page.locator('.monaco-editor .view-lines').first().waitFor({ state: 'attached' })
  await saved(page)
}

/** The text as the editor shows it (it draws the lines in view only). @param {import('playwright-core').Page} page */
export function shownText(page) {
  return page
    .locator('.monaco-editor .view-lines')
    .first()
    .evaluate((lines) =>
      [...lines.querySelectorAll('.view-line')]
        .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
        .map((line) => line.textContent.replaceAll('\u00a0', ' '))
        .join('\n'),
    )
}

/** Types at the end of a line, key by key. @param {import('playwright-core').Page} page @param {number} line @param {string} text */
export async function typeAtLine(page, line, text) {
  await goToLine(page, line)
  await page.keyboard.type(text)
}

/** Puts the caret at the end of a line. @param {import('playwright-core').Page} page @param {number} line */
export async function goToLine(page, line) {
  await page.locator('.monaco-editor').first().click()
  await page.keyboard.press('Control+Home')
  for (let i = 1; i < line; i += 1) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
}

/** Replaces everything in the editor, as one paste: what is typed line by line the editor would indent
 * once more. @param {import('playwright-core').Page} page @param {string} text */
export async function replaceAll(page, text) {
  await page.locator('.monaco-editor').first().click()
  await page.keyboard.press('Control+A')
  await paste(page, text)
  await saved(page)
}

/** Pastes where the caret is. @param {import('playwright-core').Page} page @param {string} text */
export async function paste(page, text) {
  await page.evaluate((pasted) => {
    const clipboardData = new window.DataTransfer()
    clipboardData.setData('text/plain', pasted)
    const paste = new window.ClipboardEvent('paste', {
      clipboardData,
      bubbles: true,
      cancelable: true,
    })
    document.activeElement?.dispatchEvent(paste)
  }, text)
}

/** The server has everything. @param {import('playwright-core').Page} page */
export async function saved(page) {
  await page.locator('.link-cell[data-state=saved]').waitFor()
}

/** @param {import('playwright-core').Page} page @param {string} text */
export async function sees(page, text) {
  await until(`the editor shows ${JSON.stringify(text)}`, async () =>
    (await shownText(page)).includes(text),
  )
}

/** The run's log and how it ended. @param {import('playwright-core').Page} page */
export function output(page) {
  return page.locator('.log').first().innerText()
}

/** @param {import('playwright-core').Page} page @param {string | RegExp} text */
export async function outputHas(page, text) {
  await until(`the output shows ${text}`, async () => {
    const now = await output(page)
    return typeof text === 'string' ? now.includes(text) : text.test(now)
  })
}

/** Asks again and again until it is so: for what has no event of its own. @param {string} what @param {() => Promise<boolean>} condition */
export async function until(what, condition) {
  const end = Date.now() + patience
  for (;;) {
    if (await condition().catch(() => false)) return
    assert.ok(Date.now() < end, `never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
