// Yjs in the phase `storm` of crdt_bench: many people type at one place at once.
//
//   node bench/crdt_storm.mjs DIR [REPS]     writes DIR/storm-*, times Yjs on them, prints JSON lines
//   crdt_bench storm DIR storm-500 REPS      the same updates, this engine
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(new URL('../tests/package.json', import.meta.url))
const Y = require('yjs')

const [directory, reps = '5'] = process.argv.slice(2)

const storms = [
  { name: 'storm-100', clients: 100, keystrokes: 20 },
  { name: 'storm-500', clients: 500, keystrokes: 20 },
  { name: 'storm-500-long', clients: 500, keystrokes: 80 },
  // In the middle of a text that all of them have.
  { name: 'storm-500-large', clients: 500, keystrokes: 20, units: 1_000_000 },
  { name: 'storm-2000', clients: 2000, keystrokes: 20 },
  // Every character before the last one, so that nothing that was typed is one run.
  { name: 'storm-500-front', clients: 500, keystrokes: 20, isFront: true },
]

const varUint = (n) => {
  const out = []
  for (; n > 127; n = Math.floor(n / 128)) out.push((n & 127) | 128)
  return Buffer.from([...out, n])
}

const record = (client, known, edit) => {
  const doc = new Y.Doc()
  doc.clientID = client
  for (const update of known) Y.applyUpdate(doc, update)
  const updates = []
  doc.on('update', (update) => updates.push(Buffer.from(update)))
  edit(doc.getText('t'))
  doc.destroy()
  return updates
}

/** What each of them typed, in turns. */
const type = ({ clients, keystrokes, units = 0, isFront = false }) => {
  const known = record(clients + 1, [], (text) => {
    if (units > 0) text.insert(0, 'a line of some length\n'.repeat(units / 22 + 1).slice(0, units))
  })
  const typed = Array.from({ length: clients }, (_, client) =>
    record(client + 1, known, (text) => {
      for (let i = 0; i < keystrokes; i++) {
        const at = units / 2 + (isFront ? 0 : i)
        text.insert(at, String.fromCharCode(97 + ((client + i) % 26)))
      }
    }),
  )
  return [
    ...known,
    ...Array.from({ length: keystrokes }, (_, i) => typed.map((updates) => updates[i])).flat(),
  ]
}

const all = (updates) => {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return { doc, text: doc.getText('t').toString() }
}

fs.mkdirSync(directory, { recursive: true })
for (const { name, ...storm } of storms) {
  const updates = type(storm)
  const ms = []
  let result
  for (let i = 0; i <= Number(reps); i++) {
    globalThis.gc?.()
    const start = performance.now()
    result = all(updates)
    if (i > 0) ms.push(performance.now() - start) // the first one warms up
  }
  const file = (form) => path.join(directory, name + form)
  const blobs = updates.flatMap((update) => [varUint(update.length), update])
  fs.writeFileSync(file('.updates'), Buffer.concat([varUint(updates.length), ...blobs]))
  fs.writeFileSync(file('.txt'), result.text)
  fs.writeFileSync(file('.v1'), Y.encodeStateAsUpdate(result.doc))
  fs.writeFileSync(file('.v2'), Y.encodeStateAsUpdateV2(result.doc))
  const sorted = [...ms].sort((a, b) => a - b)
  const figures = {
    ops: updates.length,
    ms,
    median_ms: sorted[sorted.length >> 1],
    min_ms: sorted[0],
  }
  console.log(JSON.stringify({ engine: 'yjs', trace: name, phase: 'storm', ok: true, ...figures }))
}
