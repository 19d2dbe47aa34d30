// The room's states, and how to get to each: with real people in further browser profiles.
import { editorReady, newRoom, replaceAll as write } from './browser.mjs'
import { signUp } from './screens.mjs'

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./screens.mjs').Screen} Screen */

const title = 'Free time between bookings'
const program = `"""Find free time between bookings of a meeting room."""
import sys
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Booking:
    start: int  # minutes after midnight
    end: int

    def overlaps(self, other: "Booking") -> bool:
        return self.start <= other.end and other.start <= self.end


def merge(bookings: list[Booking]) -> list[Booking]:
    """Return the bookings as disjoint spans, earliest first."""
    merged: list[Booking] = []
    for booking in sorted(bookings):
        if merged and merged[-1].overlaps(booking):
            last = merged.pop()
            booking = Booking(last.start, max(last.end, booking.end))
        merged.append(booking)
    return merged


def first_gap(spans: list[Booking], wanted: int) -> int | None:
    for left, right in zip(spans, spans[1:]):
        if right.start - left.end >= wanted:
            return left.end
    return None


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


spans = merge([Booking(540, 600), Booking(585, 660), Booking(720, 780)])
busy = [f"{clock(s.start)}–{clock(s.end)}" for s in spans]
print("busy", ", ".join(busy))
wanted = int(input("minutes needed? "))
print("nothing is known after", clock(spans[-1].end), file=sys.stderr)
print("first gap of", wanted, "min:", clock(first_gap(spans, wanted)))`

const hogs = {
  endless: 'while True:\n    print("joining 09:00", flush=True)\n    sum(range(10**6))',
  cpp: `#include <vector>

struct Booking {
    int start; // minutes after midnight
    int end;
};

int main() {
    std::vector<Booking> spans{{540, 600}, {585, 660}};
    if (!spans.empty() && spans.back().stop >= 600) {
        return 1;
    }
    return 0;
}
`,
}

/** @param {Page} page @param {string} method @param {string} path @param {object} [body] */
async function api(page, method, path, body) {
  return page.evaluate(
    async ([verb, url, content]) => {
      const session = JSON.parse(localStorage.getItem('codencollab-auth') ?? '{}')
      const answer = await fetch(url, {
        method: verb,
        headers: {
          Authorization: `Bearer ${session.access_token}`,
          ...(content ? { 'Content-Type': 'application/json' } : {}),
        },
        body: content ? JSON.stringify(content) : null,
      })
      if (!answer.ok) throw new Error(`${verb} ${url} answered ${answer.status}`)
      return answer.status === 204 ? undefined : answer.json()
    },
    [method, path, body],
  )
}

/** Ada's room. @param {Page} page @param {string} base @param {{language?: string, code?: string}} [more] */
async function openRoom(page, base, { language = 'python', code = program } = {}) {
  await signUp(page, base, 'Ada')
  const room = await api(page, 'POST', '/rooms', { title, language })
  await page.goto(`${base}/r/${room.room_id}`)
  await editorReady(page)
  await write(page, code)
  return room.room_id
}

/** Somebody else, in a profile that goes when the page does. @param {Page} page @param {string} url @param {string} name */
async function join(page, url, name) {
  const context = await page
    .context()
    .browser()
    .newContext({
      viewport: { width: 1440, height: 900 },
    })
  page.on('close', () => void context.close())
  const guest = await context.newPage()
  await guest.goto(url)
  await guest.getByLabel('Your name').fill(name)
  await guest.getByLabel('Your name').press('Enter')
  await editorReady(guest)
  return guest
}

/** @param {Page} page @param {number} line @param {number} column */
async function moveTo(page, line, column) {
  await page
    .locator('.monaco-editor')
    .first()
    .click({ position: { x: 200, y: 100 } })
  await page.keyboard.press('Control+Home')
  for (let at = 1; at < line; at += 1) await page.keyboard.press('ArrowDown')
  for (let at = 1; at < column; at += 1) await page.keyboard.press('ArrowRight')
}

/** Ada, Ben and Mira at work. @param {Page} page @param {string} base */
async function together(page, base) {
  const id = await openRoom(page, base)
  const ben = await join(page, `${base}/r/${id}`, 'Ben')
  const mira = await join(page, `${base}/r/${id}`, 'Mira')
  await ben
    .getByLabel('Message', { exact: true })
    .fill('May I assume the bookings arrive unsorted?')
  await ben.keyboard.press('Enter')
  await mira.getByLabel('Message', { exact: true }).fill('Yes, and two that touch count as one.')
  await mira.keyboard.press('Enter')
  await ben.getByLabel('Message', { exact: true }).fill('I think `merge` is right now.')
  await ben.keyboard.press('Enter')
  return { id, ben, mira }
}

/** @param {Page} page @param {{ben: Page, mira: Page}} others */
async function showCarets(page, { ben, mira }) {
  if (page.viewportSize().width >= 800) await moveTo(page, 34, 51)
  await moveTo(mira, 28, 44)
  await moveTo(ben, 21, 43)
  for (let at = 0; at < 25; at += 1) await ben.keyboard.press('Shift+ArrowRight')
  // Flags leave after two seconds: both move once more.
  await Promise.all([ben.keyboard.press('Shift+ArrowRight'), mira.keyboard.press('ArrowRight')])
  await page.locator('.remote-caret.flag-on').nth(1).waitFor({ state: 'attached' })
}

/** @param {Page} page */
async function openOutput(page) {
  if (page.viewportSize().width < 800) {
    await page.getByRole('button', { name: 'Output', exact: true }).click()
  }
}

/** @param {Page} page */
async function openPeople(page) {
  if (page.viewportSize().width < 800) {
    await page.getByRole('button', { name: /^People/ }).click()
  }
}

/** @param {Page} page */
async function openCode(page) {
  if (page.viewportSize().width < 800) {
    await page.getByRole('button', { name: 'Code', exact: true }).click()
  }
}

/** @param {Page} page */
async function run(page) {
  await page.locator('.top .run').click()
}

/** @param {(page: Page, base: string) => Promise<unknown>} open @returns {Screen['open']} */
const opening = (open) => async (page, base) => {
  await open(page, base)
}

/** @type {Screen[]} */
export const screens = [
  {
    name: 'room-new',
    open: async (page, base) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await signUp(page, base, 'Ada')
      await newRoom(page)
      await page.locator('.toast').waitFor()
    },
  },
  {
    name: 'room',
    open: async (page, base) => {
      const others = await together(page, base)
      await run(others.ben)
      await others.ben.locator('.log').getByText('minutes needed?').waitFor()
      const input = others.ben.getByLabel('Input for the running program')
      await input.fill('45')
      await input.press('Enter')
      await others.ben.locator('.log .end').waitFor()
      await showCarets(page, others)
    },
  },
  {
    name: 'room-running',
    open: async (page, base) => {
      const others = await together(page, base)
      await run(page)
      await openOutput(page)
      await page.getByLabel('Input for the running program').fill('45')
      if (page.viewportSize().width >= 800) await showCarets(page, others)
    },
  },
  {
    name: 'room-chat',
    open: async (page, base) => {
      await together(page, base)
      await openPeople(page)
    },
  },
  {
    name: 'room-timeout',
    open: async (page, base) => {
      await openRoom(page, base, { code: `${hogs.endless}  # timeout-me` })
      await run(page)
      await openOutput(page)
      await page.locator('.log .end').waitFor({ timeout: 60_000 })
    },
  },
  {
    name: 'room-compile-error',
    open: async (page, base) => {
      await openRoom(page, base, { language: 'c++', code: `${hogs.cpp}// compile-me\n` })
      await run(page)
      await openOutput(page)
      await page.locator('.log .end').waitFor({ timeout: 60_000 })
    },
  },
  {
    name: 'room-runs',
    open: async (page, base) => {
      await openRoom(page, base, { code: 'print("one")' })
      await run(page)
      await page.locator('.log .end').waitFor({ state: 'attached' })
      await openCode(page)
      await write(page, 'print("two")')
      await run(page)
      await openOutput(page)
      await page.getByRole('tab', { name: 'Runs' }).click()
      await page.locator('.runs li').nth(1).waitFor()
      await page.locator('.run-detail').waitFor()
    },
  },
  {
    name: 'room-reconnecting',
    open: async (page, base) => {
      await openRoom(page, base)
      await page.context().setOffline(true)
      await page.locator('.notice').waitFor()
      await page.locator('.monaco-editor').first().click()
      await page.keyboard.press('Control+End')
      await page.keyboard.type('\n# more')
    },
  },
  {
    name: 'room-viewing',
    open: async (page, base) => {
      const id = await openRoom(page, base)
      await api(page, 'PATCH', `/rooms/${id}`, { default_role: 'viewer' })
      await page.evaluate(() => localStorage.removeItem('codencollab-auth'))
      await page.goto(`${base}/r/${id}`)
      await page.getByLabel('Your name').fill('Jonas')
      await page.getByLabel('Your name').press('Enter')
      await editorReady(page)
      await page.getByText('Viewing only').waitFor()
    },
  },
  {
    name: 'room-locked',
    open: async (page, base) => {
      const id = await openRoom(page, base)
      await api(page, 'PATCH', `/rooms/${id}`, { locked: true })
      await page.evaluate(() => localStorage.removeItem('codencollab-auth'))
      await page.goto(`${base}/r/${id}`)
      await page.getByLabel('Your name').fill('Ben')
      await page.getByLabel('Your name').press('Enter')
      await editorReady(page)
      await page
        .locator('.monaco-editor')
        .first()
        .click({ position: { x: 200, y: 300 } })
      await page.keyboard.type('x')
      await page.locator('.monaco-editor-overlaymessage').waitFor()
    },
  },
  {
    name: 'room-language',
    open: async (page, base) => {
      await openRoom(page, base)
      if (page.viewportSize().width < 800)
        await page.getByRole('button', { name: /^Language/ }).click()
      else await page.locator('.top .language').click()
      await page.getByRole('option').first().waitFor()
    },
  },
  {
    name: 'room-language-kept',
    open: async (page, base) => {
      await openRoom(page, base)
      if (page.viewportSize().width < 800)
        await page.getByRole('button', { name: /^Language/ }).click()
      else await page.locator('.top .language').click()
      await page.getByRole('option', { name: /Java 1/ }).click()
      await page.getByRole('button', { name: 'Keep the code' }).waitFor()
    },
  },
  {
    name: 'room-shortcuts',
    open: async (page, base) => {
      await openRoom(page, base)
      await page.locator('.room .home').focus()
      await page.keyboard.press('?')
      await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
    },
  },
  {
    name: 'room-input',
    open: async (page, base) => {
      await openRoom(page, base)
      await openOutput(page)
      await page.getByRole('tab', { name: 'Input' }).click()
      await page.getByLabel('Prepared input').fill('45')
    },
  },
  {
    name: 'room-still-going',
    open: async (page, base) => {
      const { ben } = await together(page, base)
      await run(ben)
      await ben.locator('.log').getByText('minutes needed?').waitFor()
      await run(page)
      await openOutput(page)
      await page.getByRole('button', { name: 'Stop it and run mine' }).waitFor()
    },
  },
  {
    name: 'room-person-menu',
    open: async (page, base) => {
      await together(page, base)
      await openPeople(page)
      await page.getByRole('button', { name: 'Options for Ben' }).click()
      await page.getByRole('menuitem', { name: 'Make viewer' }).waitFor()
    },
  },
  {
    name: 'room-away',
    open: async (page, base) => {
      const { ben } = await together(page, base)
      await openPeople(page)
      // A hidden tab is one that gives no more signs; a headless browser hides none.
      await ben.evaluate(() => {
        Object.defineProperty(document, 'hidden', { value: true })
        document.dispatchEvent(new Event('visibilitychange'))
      })
      await page.getByText('editor, away').waitFor({ timeout: 90_000 })
    },
  },
  {
    name: 'practice',
    open: async (page, base) => {
      await page.goto(`${base}/r/00000000-0000-4000-8000-000000000000`)
      await page.getByLabel('Your name').fill('Ben')
      await page.getByRole('button', { name: 'Practice first' }).click()
      await editorReady(page)
      await page.getByRole('link', { name: 'Go to the room' }).waitFor()
    },
  },
  {
    name: 'room-menu',
    open: async (page, base) => {
      await openRoom(page, base)
      await page.getByRole('button', { name: 'Room menu' }).click()
      await page.getByRole('menuitem', { name: 'Delete room' }).waitFor()
    },
  },
  {
    name: 'share-dialog',
    open: async (page, base) => {
      await together(page, base)
      if (page.viewportSize().width < 800) {
        await page.getByRole('button', { name: 'Room menu' }).click()
        await page.getByRole('menuitem', { name: 'Share' }).click()
      } else await page.getByRole('button', { name: 'Share', exact: true }).click()
      await page.getByRole('dialog').getByText('Mira').waitFor()
      await page.getByRole('button', { name: 'Copy', exact: true }).click()
    },
  },
  {
    name: 'room-deleted',
    open: async (page, base) => {
      const id = await openRoom(page, base)
      await api(page, 'DELETE', `/rooms/${id}`)
      await page.getByRole('heading', { name: /deleted/ }).waitFor()
    },
  },
  {
    name: 'room-removed',
    open: async (page, base) => {
      const context = await page.context().browser().newContext()
      page.on('close', () => void context.close())
      const host = await context.newPage()
      await host.setViewportSize({ width: 1440, height: 900 })
      const id = await openRoom(host, base)
      await page.goto(`${base}/r/${id}`)
      await page.getByLabel('Your name').fill('Ben')
      await page.getByLabel('Your name').press('Enter')
      await editorReady(page)
      const { members } = await api(host, 'GET', `/rooms/${id}`)
      const ben = members.find(({ name }) => name === 'Ben')
      await api(host, 'DELETE', `/rooms/${id}/members/${ben.user_id}`)
      await page.getByRole('heading', { name: /removed/ }).waitFor()
    },
  },
].map(({ name, open }) => ({ name, open: opening(open) }))
