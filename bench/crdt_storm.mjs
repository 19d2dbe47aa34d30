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
const keystrokes = 20

const varUint = (n) => {
  const out = []
  for (; n > 127; n = Math.floor(n / 128)) out.push((n & 127) | 128)
  return Buffer.from([...out, n])
}

/** What each of them typed, in turns; `isFront`: every character before the last one. */
const type = (clients, isFront) => {
  const typed = Array.from({ length: clients }, (_, client) => {
    const doc = new Y.Doc()
    doc.clientID = client + 1
    const updates = []
    doc.on('update', (update) => updates.push(Buffer.from(update)))
    for (let i = 0; i < keystrokes; i++) {
      doc.getText('t').insert(isFront ? 0 : i, String.fromCharCode(97 + ((client + i) % 26)))
    }
    doc.destroy()
    return updates
  })
  return Array.from({ length: keystrokes }, (_, i) => typed.map((updates) => updates[i])).flat()
}

const all = (updates) => {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return { doc, text: doc.getText('t').toString() }
}

fs.mkdirSync(directory, { recursive: true })
for (const [clients, isFront] of [[100], [500], [2000], [500, true]]) {
  const name = `storm-${clients}${isFront ? '-front' : ''}`
  const updates = type(clients, isFront)
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
