// The disk is full for a while: people are told, go on typing and see each other; when there is room
// again, everything is written.
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Server } from '../../support/server.mjs'
import { Crowd } from '../crowd.mjs'
import { until } from '../until.mjs'

const disk = '24m'

/** Fills what is left of the disk that `path` lies on. */
function fill(path) {
  const file = openSync(path, 'a')
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      const block = Buffer.alloc(size)
      try {
        for (;;) writeSync(file, block)
      } catch (problem) {
        if (problem.code !== 'ENOSPC') throw problem
      }
    }
  } finally {
    closeSync(file)
  }
}

export async function run({ random, say, rooms = 2, clients = 5 }) {
  const mount = await mkdtemp(join(tmpdir(), 'codencollab-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${disk}`, 'tmpfs', mount], { stdio: 'pipe' })
  } catch (problem) {
    await rm(mount, { recursive: true })
    return `mounting a small disk needs root (${problem.stderr.toString().trim()})`
  }
  let server
  let crowd
  try {
    server = await Server.start({ data: join(mount, 'server') })
    crowd = await Crowd.gather(server, { rooms, clients, random, pace_ms: 100, kept_max: 200 })
    /** room → what was last told of `saved`. */
    const told = new Map()
    for (const { room, socket } of crowd.clients)
      socket?.on('room-updated', ({ saved }) => saved !== undefined && told.set(room, saved))
    const everyRoom = (saved) => crowd.rooms.every(({ room }) => told.get(room) === saved)

    crowd.startTyping()
    const filler = join(mount, 'filler')
    // The store can write on into files that it has: what it frees meanwhile is filled again.
    const began = performance.now()
    await until(
      'every room is told that nothing is saved',
      () => (fill(filler), everyRoom(false)),
      120_000,
    )
    say(
      `"not saved" told everywhere after ${((performance.now() - began) / 1000).toFixed(1)} s of a full disk`,
    )

    const ready = await fetch(`${server.base}/ready`)
    say(`/ready: ${ready.status} ${await ready.text()}`)
    const { typed } = crowd.counts()
    await until('people type on', () => crowd.counts().typed > typed + 50)
    const [writer, reader] = crowd
      .clientsOf(crowd.rooms[0].room)
      .filter(({ kind }) => kind === 'y-websocket')
    const mark = `full-${random.between(0, 1e9)}`
    writer.doc.getMap('marks').set('mark', mark)
    await until('they see each other', () => reader.doc.getMap('marks').get('mark') === mark, 5_000)

    rmSync(filler)
    const freed = performance.now()
    await until('every room is told that all is saved', () => everyRoom(true), 60_000)
    say(
      `"saved" told everywhere ${((performance.now() - freed) / 1000).toFixed(1)} s after there was room again`,
    )
    crowd.stopTyping()
    await crowd.untilQuiet()
    return (await crowd.judge()) && ready.status === 503
  } finally {
    crowd?.dispose()
    await server?.dispose()
    execFileSync('umount', ['--lazy', mount])
    await rm(mount, { recursive: true })
  }
}
