// Makes pictures of every screen, and checks each with axe on the way:
//   BASE_URL=http://127.0.0.1:8000 npm run screenshots [-- home sign-in]
// Environment: OUT (e2e/out), THEMES (light,dark; also hc-light,hc-dark), SIZES (wide,phone),
// AXE=off leaves the accessibility check out, CHROMIUM (/usr/bin/chromium).
import { AxeBuilder } from '@axe-core/playwright'
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { screens } from './screens.mjs'

const base = (process.env['BASE_URL'] ?? 'http://127.0.0.1:8000').replace(/\/+$/, '')
const out = process.env['OUT'] ?? new URL('out', import.meta.url).pathname
const themes = (process.env['THEMES'] ?? 'light,dark').split(',')
const sizes = (process.env['SIZES'] ?? 'wide,phone').split(',')
const axe = process.env['AXE'] !== 'off'
const only = process.argv.slice(2)

const viewports = {
  wide: { viewport: { width: 1440, height: 900 }, suffix: '' },
  phone: { viewport: { width: 390, height: 844 }, suffix: '-390', hasTouch: true },
}

/** A device that asks for this theme. @param {string} theme */
function device(theme) {
  return {
    colorScheme: theme.endsWith('dark') ? 'dark' : 'light',
    contrast: theme.startsWith('hc-') ? 'more' : 'no-preference',
  }
}

/** The room's states come from a file of their own, where there is one. */
async function roomScreens() {
  const modules = ['./room-screens.mjs']
  const lists = await Promise.all(
    modules.map((file) =>
      import(file).then(
        (module) => module.screens,
        (error) => {
          if (error.code === 'ERR_MODULE_NOT_FOUND') return []
          throw error
        },
      ),
    ),
  )
  return lists.flat()
}

const wanted = [...screens, ...(await roomScreens())].filter(
  (screen) => only.length === 0 || only.includes(screen.name),
)
mkdirSync(out, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})

let troubles = 0
/** @param {string} where @param {string} what */
function trouble(where, what) {
  troubles += 1
  console.log(`TROUBLE ${where}: ${what}`)
}

/** @param {import('playwright-core').Page} page @param {string} file */
async function picture(page, file) {
  await page.screenshot({ path: `${out}/${file}.png` })
  const { violations } = axe ? await new AxeBuilder({ page }).analyze() : { violations: [] }
  for (const violation of violations) {
    const nodes = violation.nodes.map((node) => node.target.join(' ')).join(' | ')
    trouble(file, `axe ${violation.id}: ${violation.help} (${nodes})`)
  }
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  if (sideways > 0) trouble(file, `scrolls sideways by ${sideways} px`)
  console.log(`ok ${file}`)
}

for (const size of sizes) {
  const look = size === 'phone' ? viewports.phone : viewports.wide
  for (const screen of wanted) {
    const name = `${screen.name}${look.suffix}`
    const context = await browser.newContext({
      viewport: look.viewport,
      hasTouch: 'hasTouch' in look,
      reducedMotion: 'reduce',
      locale: 'en-GB',
      ...device(themes[0] ?? 'light'),
    })
    const page = await context.newPage()
    page.on('console', (message) => {
      // Refusals and a connection that is cut are answers, though browsers log them as errors.
      const refused = /Failed to load resource|WebSocket connection to/.test(message.text())
      if (message.type() === 'error' && !refused) trouble(name, message.text())
    })
    page.on('pageerror', (error) => trouble(name, String(error)))
    try {
      await screen.open(page, base)
      await page.mouse.move(0, 0)
      // Each state is reached once: the page follows the device from one theme to the next.
      for (const theme of themes) {
        await page.emulateMedia(device(theme))
        await page.locator(`html[data-theme=${theme}]`).waitFor({ state: 'attached' })
        await picture(page, `${name}-${theme}`)
      }
    } catch (error) {
      trouble(name, error instanceof Error ? error.message : String(error))
      await page.screenshot({ path: `${out}/${name}-failed.png` }).catch(() => undefined)
    }
    await context.close()
  }
}
await browser.close()
console.log(
  `${wanted.length * themes.length * sizes.length} pictures in ${out}, ${troubles} troubles`,
)
process.exit(troubles > 0 ? 1 : 0)
