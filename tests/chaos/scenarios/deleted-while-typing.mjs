// A room is deleted while people type into it: they are told, nothing of it is left in the store, and
// another room's people notice nothing.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'

import { http } from '../../support/people.mjs'
import { Server } from '../../support/server.mjs'
import { Crowd } from '../crowd.mjs'
import { until } from '../until.mjs'

/** The tables that have rows of that room, with how many. */
function remains(file, room) {
  const database = new DatabaseSync(file, { readOnly: true })
  const id = Buffer.from(room.replaceAll('-', ''), 'hex')
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table'")
    .all()
    .map(({ name }) => name)
  const found = {}
  for (const table of tables) {
    const columns = database
      .prepare(`select name from pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => name)
    const column = table === 'rooms' ? 'id' : columns.find((name) => name === 'room_id')
    if (!column) continue
    const { count } = database
      .prepare(`select count(*) as count from ${table} where ${column} = ?`)
      .get(id)
    if (count > 0) found[table] = count
  }
  database.close()
  return found
}

export async function run({ random, say, clients = 5 }) {
  const server = await Server.start()
  const crowd = await Crowd.gather(server, { rooms: 2, clients, random, pace_ms: 50 })
  try {
    const [{ room: doomed }] = crowd.rooms
    const here = crowd.clientsOf(doomed)
    const told = new Set()
    for (const client of here) {
      client.socket?.on('room-closed', () => told.add(client.name))
      client.provider?.on('closed', () => told.add(client.name))
      client.provider?.on('connection-close', () => told.add(client.name))
    }
    crowd.startTyping()
    await delay(random.between(500, 1_500))
    for (const { name } of here) crowd.mayBeRefused.add(name)
    const { status } = await http(server.base, 'DELETE', `/rooms/${doomed}`, {
      token: crowd.owner.token,
    })
    await until(
      () => `everybody is told (${[...told].join(', ')} are)`,
      () => told.size === here.length,
      5_000,
    )
    await delay(500) // they type on, at a room that is no more
    say(
      `deleted with ${status}, all ${here.length} told; now ${(await http(server.base, 'GET', `/rooms/${doomed}/code`, { token: crowd.owner.token })).status}`,
    )
    await crowd.forget(doomed)
    crowd.stopTyping()
    await crowd.untilQuiet()
    const isWell = await crowd.judge()
    await server.stop()
    const left = remains(join(server.data, 'data', 'codencollab.db'), doomed)
    say(`rows of the deleted room that are left: ${JSON.stringify(left)}`)
    await server.launch()
    return isWell && status === 204 && Object.keys(left).length === 0
  } finally {
    crowd.dispose()
    await server.dispose()
  }
}
