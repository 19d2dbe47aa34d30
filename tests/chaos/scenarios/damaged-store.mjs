// Bytes of the store are changed behind its back: in the newest snapshot of every room, in a row of the
// log, at the end of the write-ahead log. The server starts, says so, never with an empty room; and what
// was lost comes back with the people who hold it.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'

import { program, root, Server } from '../../support/server.mjs'
import { Crowd } from '../crowd.mjs'
import { until } from '../until.mjs'

/** Changes one byte of the blob `data` of those rows; answers how many rows that were. */
function flip(file, table, rows) {
  const database = new DatabaseSync(file)
  const found = database.prepare(`select rowid as id, data from ${table} where ${rows}`).all()
  for (const { id, data } of found) {
    const bytes = Buffer.from(data)
    bytes[Math.floor(bytes.length / 2)] ^= 0x40
    database.prepare(`update ${table} set data = ? where rowid = ?`).run(bytes, id)
  }
  database.close()
  return found.length
}

/** Changes a byte in one of the last frames of a write-ahead log that count (sqlite.org/fileformat.html,
 *  section 4); answers how many come after it. */
function damageLog(wal, random) {
  const bytes = readFileSync(wal)
  const frame = 24 + bytes.readUInt32BE(8)
  const salts = bytes.subarray(16, 24)
  const isOfNow = (at) => bytes.subarray(at + 8, at + 16).equals(salts)
  let count = 0
  while (32 + (count + 1) * frame <= bytes.length && isOfNow(32 + count * frame)) count += 1
  const behind = random.between(0, Math.min(count - 1, 5))
  bytes[32 + (count - 1 - behind) * frame + 24 + 100] ^= 0x40
  writeFileSync(wal, bytes)
  return behind
}

export async function run({ random, say, rooms = 2, clients = 3 }) {
  const server = await Server.start()
  const file = join(server.data, 'data', 'codencollab.db')
  // Replicas alone: a delta client has nothing to bring back.
  const crowd = await Crowd.gather(server, {
    rooms,
    clients,
    random,
    kind: 'yjs',
    pace_ms: 20,
    kept_max: 50,
  })
  let isWell = true
  const expect = (what, holds) => {
    if (!holds) say(`BROKEN: ${what}`)
    isWell &&= holds
  }
  const snapshots = () => {
    const database = new DatabaseSync(file, { readOnly: true })
    const { least } = database
      .prepare(
        'select min(count) as least from (select (select count(*) from room_snapshots s where s.room_id = r.id) as count from rooms r)',
      )
      .get()
    database.close()
    return least
  }
  try {
    crowd.startTyping()
    await until('every room has two snapshots', () => snapshots() >= 2, 120_000)
    crowd.stopTyping()
    await crowd.untilQuiet()
    const before = new Map()
    for (const { room } of crowd.rooms) before.set(room, await crowd.textOf(room))
    for (const client of crowd.clients) client.disconnect()

    await server.stop()
    const count = flip(
      file,
      'room_snapshots',
      'number in (select max(number) from room_snapshots group by room_id)',
    )
    await server.launch()
    for (const [room, text] of before)
      expect(
        'the text from the previous snapshot and the history',
        (await crowd.textOf(room)) === text,
      )
    say(
      `${count} newest snapshots damaged: ${server.log.split('\n').find((line) => /damage|aside/i.test(line))}`,
    )
    expect('the log tells of damage', /damage|aside/i.test(server.log))
    await server.stop()
    let doctor
    try {
      doctor = execFileSync(program, ['doctor', '--data', join(server.data, 'data')], {
        cwd: root,
        encoding: 'utf8',
      })
    } catch (problem) {
      doctor = problem.stdout
    }
    const advice = doctor.split('\n').find((text) => /damage|aside/i.test(text))
    say(`doctor: ${advice}`)
    expect('doctor tells of damage', advice !== undefined)

    await server.launch()
    for (const client of crowd.clients) client.connect()
    crowd.startTyping()
    await delay(random.between(500, 1_500))
    await server.stop('SIGKILL')
    const flipped = flip(
      file,
      'room_updates',
      'seq in (select max(seq) from room_updates group by room_id)',
    )
    await server.launch()
    say(`${flipped} rows of the log damaged`)
    await delay(random.between(500, 1_500))
    await server.stop('SIGKILL')
    const wal = `${file}-wal`
    expect('there is a write-ahead log after a kill', existsSync(wal))
    const behind = damageLog(wal, random)
    await server.launch()
    const line = server.log.split('\n').find((text) => /write-ahead|aside/i.test(text))
    say(`write-ahead log damaged ${behind} frames before its end: ${line}`)
    expect('the log tells of its damage', line !== undefined)
    crowd.stopTyping()
    await crowd.untilQuiet()
    return (await crowd.judge()) && isWell
  } finally {
    crowd.dispose()
    await server.dispose()
  }
}
