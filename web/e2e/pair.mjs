// Two people in one room, each on a line of their own that a test can slow down and break.
import assert from 'node:assert/strict'
import { http } from '../../tests/support/people.mjs'
import { joinAsGuest, newPerson, newRoom, shownText, signedIn, until } from './browser.mjs'
import { Line } from './line.mjs'
import { signUp } from './screens.mjs'

/** Ada, whose room it is, and Ben, a guest: each a person of browser.mjs with a `line`. */
export class Pair {
  ada = {}
  ben = {}
  room = ''
  #server

  /** @param {import('../../tests/support/server.mjs').Server} server @param {import('playwright-core').Browser} browser */
  async open(server, browser) {
    this.#server = server
    const { ada, ben } = this
    for (const who of [ada, ben])
      Object.assign(who, await newPerson(browser), { line: await Line.to(server.base) })
    await signUp(ada.page, ada.line.base, 'Ada')
    this.room = await newRoom(ada.page)
    await joinAsGuest(ben.page, `${ben.line.base}/r/${this.room}`, 'Ben')
  }

  close() {
    for (const { line } of [this.ada, this.ben]) line?.close()
  }

  /** Both lines are well and quick. */
  heal() {
    for (const { line } of [this.ada, this.ben]) {
      line.heal()
      line.delay(0)
    }
  }

  /** A request that succeeds; resolves to the answer's text. @param {string} method @param {string} path below the room's @param {object} [body] */
  async asAda(method, path, body) {
    const { token } = await signedIn(this.ada.page)
    const answer = await http(this.#server.base, method, `/rooms/${this.room}${path}`, {
      token,
      body,
    })
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`)
    return answer.text
  }

  /** The text as the server has it. */
  serversText() {
    return this.asAda('GET', '/code')
  }

  /** Resolves to the text, once both and the server have the same. */
  async allSame() {
    await until('both and the server have the same text', async () => {
      const pages = [this.ada.page, this.ben.page].map(shownText)
      const [a, b, s] = await Promise.all([...pages, this.serversText()])
      return a === b && s.trimEnd() === a.trimEnd()
    })
    return shownText(this.ada.page)
  }
}
