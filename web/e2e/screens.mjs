// The screens outside the room, and how to get to each. The room's states stand in
// room-screens.mjs; both lists are walked by screenshots.mjs and by the accessibility check.

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {object} Screen
 * @property {string} name the picture's file name, without theme and size
 * @property {(page: Page, base: string) => Promise<void>} open brings a fresh page to this state
 */

const nowhere = '00000000-0000-4000-8000-000000000000'
const password = 'correct horse battery'
let people = 0

/** A new account with an address of its own. @param {Page} page @param {string} base @param {string} name */
export async function signUp(page, base, name) {
  people += 1
  await page.goto(`${base}/sign-up`)
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('E-mail').fill(`${name.toLowerCase()}.${Date.now()}.${people}@example.org`)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { name: 'Rooms' }).waitFor()
}

/** Makes rooms through the API, as whoever is signed in. @param {Page} page @param {{title: string, language: string}[]} rooms */
export async function makeRooms(page, rooms) {
  await page.evaluate(async (wanted) => {
    const session = JSON.parse(localStorage.getItem('codencollab-auth') ?? '{}')
    for (const body of wanted) {
      const answer = await fetch('/rooms', {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${session.access_token}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(`POST /rooms answered ${answer.status}`)
    }
  }, rooms)
}

const rooms = [
  { title: 'SQL joins without a database', language: 'javascript' },
  { title: 'Warm-up: reverse words', language: 'python' },
  { title: 'Backend pairing, cart totals', language: 'java' },
  { title: 'LRU cache: Tomoko Saito', language: 'c++' },
  { title: 'Shell quoting, live', language: 'bash' },
  { title: 'Rate limiter, second round', language: 'typescript' },
  { title: 'Free time between bookings', language: 'python' },
]

/** @param {Page} page @param {string} base */
async function filledHome(page, base) {
  await signUp(page, base, 'Ada')
  await makeRooms(page, rooms)
  await page.goto(base)
  await page.getByRole('link', { name: 'Free time between bookings' }).waitFor()
}

/** @type {Screen[]} */
export const screens = [
  {
    name: 'landing',
    open: async (page, base) => {
      await page.goto(base)
      await page.getByRole('button', { name: 'New room' }).waitFor()
    },
  },
  {
    name: 'landing-new-room',
    open: async (page, base) => {
      await page.goto(base)
      await page.getByRole('button', { name: 'New room' }).click()
      await page.getByRole('dialog').getByLabel('Your name').fill('Ada')
    },
  },
  {
    name: 'landing-paste-error',
    open: async (page, base) => {
      await page.goto(base)
      await page.getByLabel('Have a link or room id?').fill('codencollab')
      await page.getByRole('button', { name: 'Open room' }).click()
    },
  },
  {
    name: 'sign-in',
    open: async (page, base) => {
      await page.goto(`${base}/sign-in`)
      await page.getByLabel('E-mail').fill('ada@codencollab.example')
      await page.getByLabel('Password').fill('secret-secret')
    },
  },
  {
    name: 'sign-in-error',
    open: async (page, base) => {
      await page.goto(`${base}/sign-in`)
      await page.getByLabel('E-mail').fill('ada@codencollab.example')
      await page.getByLabel('Password').fill('secret-secret')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'sign-in-guest',
    open: async (page, base) => {
      await page.goto(`${base}/sign-in`)
      await page.getByRole('button', { name: 'Continue as guest' }).click()
    },
  },
  {
    name: 'sign-up',
    open: async (page, base) => {
      await page.goto(`${base}/sign-up`)
      await page.getByLabel('Your name').waitFor()
    },
  },
  { name: 'home', open: filledHome },
  {
    name: 'home-empty',
    open: async (page, base) => {
      await signUp(page, base, 'Ada')
      await page.getByText('No rooms yet.').waitFor()
    },
  },
  {
    name: 'home-loading',
    open: async (page, base) => {
      await signUp(page, base, 'Ada')
      // An answer that never comes, so that the skeleton stands still for its picture.
      await page.route('**/rooms?*', () => {})
      await page.reload()
      await page.locator('.rooms .bone').first().waitFor()
    },
  },
  {
    name: 'home-failed',
    open: async (page, base) => {
      await filledHome(page, base)
      await page.route('**/rooms?*', (route) => route.abort())
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'home-menu',
    open: async (page, base) => {
      await filledHome(page, base)
      await page.getByRole('button', { name: /^Options for Rate limiter/ }).click()
      await page.getByRole('menuitem', { name: 'Delete' }).waitFor()
    },
  },
  {
    name: 'home-rename',
    open: async (page, base) => {
      await filledHome(page, base)
      await page.getByRole('button', { name: /^Options for Rate limiter/ }).click()
      await page.getByRole('menuitem', { name: 'Rename' }).click()
      await page.getByRole('dialog').getByLabel('Title').waitFor()
    },
  },
  {
    name: 'home-delete',
    open: async (page, base) => {
      await filledHome(page, base)
      await page.getByRole('button', { name: /^Options for Rate limiter/ }).click()
      await page.getByRole('menuitem', { name: 'Delete' }).click()
      await page.getByRole('button', { name: 'Delete room' }).waitFor()
    },
  },
  {
    name: 'home-new-room',
    open: async (page, base) => {
      await filledHome(page, base)
      await page.getByRole('button', { name: 'New room with options' }).click()
      await page.getByRole('dialog').getByLabel('Title').waitFor()
    },
  },
  {
    name: 'settings-dialog',
    open: async (page, base) => {
      await filledHome(page, base)
      await page.getByRole('button', { name: 'Settings' }).click()
      await page.getByRole('dialog').getByLabel('Your name').waitFor()
    },
  },
  {
    name: 'settings',
    open: async (page, base) => {
      await page.goto(`${base}/settings`)
      await page.getByRole('heading', { name: 'Settings' }).waitFor()
    },
  },
  {
    name: 'name-step',
    open: async (page, base) => {
      await page.route('**/rooms/*/preview', (route) =>
        route.fulfill({ json: { title: 'Free time between bookings', present: ['Ada', 'Mira'] } }),
      )
      await page.goto(`${base}/r/${nowhere}`)
      await page.getByLabel('Your name').fill('Ben')
      await page.getByText('Ada and Mira are here').waitFor()
    },
  },
  {
    name: 'name-step-unknown',
    open: async (page, base) => {
      await page.goto(`${base}/r/${nowhere}`)
      await page.getByLabel('Your name').waitFor()
    },
  },
  {
    name: 'ended',
    open: async (page, base) => {
      await page.goto(`${base}/r/not-a-room`)
      await page.getByRole('heading', { name: /^No such room/ }).waitFor()
    },
  },
  {
    name: 'not-found',
    open: async (page, base) => {
      await page.goto(`${base}/nothing-here`)
      await page.getByRole('heading', { name: /nothing at this address/ }).waitFor()
    },
  },
  {
    name: 'unreachable',
    open: async (page, base) => {
      await page.route('**/config.json', (route) => route.abort())
      await page.goto(base)
      await page.getByRole('heading', { name: /cannot be reached/ }).waitFor()
    },
  },
]
