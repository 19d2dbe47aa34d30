// The checker against forged records: each forgery is one that it exists to notice.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { check, parseRecord } from './checker.mjs'
import { Record } from './record.mjs'

const starter = 'print("Hello")\n'

/** Two clients of one room, all well. `a` is a delta client, `b` a replica. */
function honest() {
  const a = [
    { event: 'client', room: 'one', client: 'a', kind: 'delta' },
    { event: 'typed', token: 'a.1', text: '⟦a.1:é⟧' },
    { event: 'acknowledged', token: 'a.1' },
    { event: 'typed', token: 'a.2', text: '⟦a.2:⟧' },
    { event: 'acknowledged', token: 'a.2' },
    { event: 'deleted', token: 'a.2' },
    { event: 'deletion_acknowledged', token: 'a.2' },
    { event: 'typed', token: 'a.3', text: '⟦a.3:⟧' }, // never acknowledged: may be there or not
  ]
  const b = [
    { event: 'client', room: 'one', client: 'b', kind: 'y-websocket' },
    { event: 'typed', token: 'b.1', text: '⟦b.1:\n⟧' },
    { event: 'typed', token: 'b.2', text: '⟦b.2:⟧' },
    { event: 'deleted', token: 'b.2' },
  ]
  const text = '⟦b.1:\n⟧print(⟦a.1:é⟧"Hello")\n'
  return {
    records: [a, b],
    finals: [{ room: 'one', starter, texts: { a: text, b: text, 'GET code': text } }],
  }
}

/** `how` forges an honest run; answers the rules that the checker says are broken. */
function rulesBroken(how) {
  const run = honest()
  how(run)
  return [...new Set(check(run.records, run.finals).problems.map(({ rule }) => rule))]
}

const inAllTexts =
  (from, to) =>
  ({ finals: [{ texts }] }) => {
    for (const whose of Object.keys(texts)) {
      const forged = texts[whose].replace(from, to)
      assert.notEqual(forged, texts[whose])
      texts[whose] = forged
    }
  }

test('an honest run has no problem, and its figures are right', () => {
  const { records, finals } = honest()
  const { problems, figures } = check(records, finals)
  assert.deepEqual(problems, [])
  assert.deepEqual(figures, {
    rooms: 1,
    clients: 2,
    tokens_typed: 5,
    tokens_acknowledged: 2,
    deletions_acknowledged: 1,
    tokens_present: 2,
    acked_lost_total: 0,
    held_lost_total: 0,
  })
})

test('what was not acknowledged to a delta client may be there as well', () => {
  assert.deepEqual(rulesBroken(inAllTexts('print', '⟦a.3:⟧print')), [])
})

const forgeries = {
  'an acknowledged token is lost': [inAllTexts('⟦a.1:é⟧', ''), ['lost']],
  'a token that a replica holds is lost': [inAllTexts('⟦b.1:\n⟧', ''), ['lost']],
  'an acknowledged token is doubled': [inAllTexts('⟦a.1:é⟧', '⟦a.1:é⟧⟦a.1:é⟧'), ['doubled']],
  'a token without an acknowledgement is doubled': [
    inAllTexts('print', '⟦a.3:⟧print⟦a.3:⟧'),
    ['doubled'],
  ],
  'an acknowledged deletion is revived': [inAllTexts('print', '⟦a.2:⟧print'), ['revived']],
  'a deletion that a replica made is revived': [inAllTexts('print', '⟦b.2:⟧print'), ['revived']],
  'one client has another text': [({ finals }) => (finals[0].texts.b += ' '), ['unequal']],
  'the server has another text than all clients': [
    ({ finals }) => (finals[0].texts['GET code'] = starter),
    ['unequal'],
  ],
  'the starter code is missing': [inAllTexts(/print\(|"Hello"\)\n/g, ''), ['starter']],
  'the starter code is doubled': [inAllTexts('print(', `${starter}print(`), ['starter']],
  'a character of the starter code is changed': [inAllTexts('Hello', 'Jello'), ['starter']],
  'half of a token is there': [inAllTexts('⟦a.1:é⟧', '⟦a.1:'), ['lost', 'starter']],
  'a token nobody typed is there': [inAllTexts('print', '⟦c.9:⟧print'), ['unknown']],
  'a token is there with other characters': [inAllTexts('⟦a.1:é⟧', '⟦a.1:e⟧'), ['unknown']],
  'a room’s text at the end is missing': [({ finals }) => finals.pop(), ['record']],
  'a room has nobody’s text': [({ finals }) => (finals[0].texts = {}), ['record']],
  'nothing was acknowledged': [({ records }) => records.shift(), ['record', 'unknown']],
  'a record does not say whose it is': [({ records }) => records[1].shift(), ['record', 'unknown']],
  'an acknowledgement of what was never typed': [
    ({ records }) => records[0].push({ event: 'acknowledged', token: 'a.7' }),
    ['record'],
  ],
  'a token typed twice': [
    ({ records }) => records[1].push({ event: 'typed', token: 'b.1', text: '⟦b.1:\n⟧' }),
    ['record'],
  ],
  'an event that no record has': [
    ({ records }) => records[0].push({ event: 'akcnowledged', token: 'a.1' }),
    ['record'],
  ],
}
for (const [what, [how, rules]] of Object.entries(forgeries)) {
  test(`noticed: ${what}`, () => assert.deepEqual(rulesBroken(how).sort(), rules))
}

test('a torn line of a record is a problem, not a crash', () => {
  const { records, finals } = honest()
  const content = `${records[0].map((line) => JSON.stringify(line)).join('\n')}\n{"event":"typ`
  const { problems } = check([parseRecord(content), records[1]], finals)
  assert.deepEqual(
    problems.map(({ rule }) => rule),
    ['record'],
  )
})

test('the program reads a directory, and its exit status tells', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'codencollab-checker-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const record = new Record(directory, { room: 'one', client: 'a', kind: 'delta' })
  record.typed('a.1', '⟦a.1:⟧')
  record.acknowledged('a.1')
  record.close()
  const program = fileURLToPath(new URL('checker.mjs', import.meta.url))
  const finish = (text) =>
    writeFileSync(
      join(directory, 'finals.json'),
      JSON.stringify([{ room: 'one', starter, texts: { a: text } }]),
    )

  finish(`⟦a.1:⟧${starter}`)
  assert.match(
    execFileSync(process.execPath, [program, directory], { encoding: 'utf8' }),
    /acked_lost_total = 0/,
  )
  finish(starter)
  const { status, stdout } = spawnSync(process.execPath, [program, directory], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stdout, /^lost: one a\.1, acknowledged\n.*acked_lost_total = 1/)
})
