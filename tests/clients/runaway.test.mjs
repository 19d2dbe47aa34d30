// Programs that do their worst in one room, while people type in another.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { enter, http, insertion, person, replacement, roomOf } from '../support/people.mjs'

const base = process.env.BASE_URL
const ada = await person(base, 'Ada')
const ben = await person(base, 'Ben', { guest: true })
const keystrokes = 100
/** What a person does not feel; machines that test are slow and busy. */
const relay_ms_max = 1_000

const runaways = {
  'a busy loop': 'while True:\n    pass\n',
  'a fork bomb': 'import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n',
  'endless output': 'while True:\n    print("x" * 1000)\n',
}

for (const [what, program] of Object.entries(runaways)) {
  test(`typing is not disturbed by ${what}`, { timeout: 90_000 }, async (t) => {
    const wild = await roomOf(base, ada)
    const watcher = await enter(t, base, ada, wild)
    const { code: starter } = await watcher.hear('initial-code')
    assert.equal((await watcher.ask('code_change', replacement(starter, program))).ok, true)

    const calm = await roomOf(base, ada, [ben])
    const typist = await enter(t, base, ada, calm)
    const reader = await enter(t, base, ben, calm)
    let { code } = await typist.hear('initial-code')

    const run = await http(base, 'POST', `/rooms/${wild}/run`, { token: ada.token, body: { language: 'python' } })
    assert.equal(run.status, 202)
    await watcher.hear('execution-started')

    let slowest_ms = 0
    for (let i = 0; i < keystrokes; i++) {
      const change = insertion(code, code.length, 'x')
      const sent_at = performance.now()
      typist.emit('code_change', change)
      await reader.hear('code-update')
      slowest_ms = Math.max(slowest_ms, performance.now() - sent_at)
      code = change.code
    }
    assert.ok(slowest_ms < relay_ms_max, `the slowest keystroke took ${slowest_ms.toFixed(0)} ms`)

    const result = await watcher.hear('execution-result')
    assert.notEqual(result.failure, null)
    const text = (await http(base, 'GET', `/rooms/${calm}/code`, { token: ada.token })).text
    assert.equal(text, code)
  })
}
