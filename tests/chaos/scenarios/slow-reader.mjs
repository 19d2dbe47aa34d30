// One reader stops reading while others are busy: it alone is dropped, the others' edits arrive as
// fast as ever; when it reads again it comes back and has everything.
import { person, http } from '../../support/people.mjs'
import { Server } from '../../support/server.mjs'
import { YWebSocketClient } from '../clients/y-websocket.mjs'
import { Crowd } from '../crowd.mjs'
import { quantile, until } from '../until.mjs'

const blob = 'x'.repeat(200_000)

export async function run({ random, say, clients = 5 }) {
  const server = await Server.start()
  const crowd = await Crowd.gather(server, { rooms: 1, clients, random })
  const slow = { drops: 0 }
  try {
    const [{ room }] = crowd.rooms
    const who = await person(server.base, 'Slow', { guest: true })
    await http(server.base, 'POST', `/rooms/${room}/join`, { token: who.token, body: {} })
    slow.client = new YWebSocketClient({
      base: server.base,
      token: who.token,
      room,
      onProblem: (problem) => crowd.problems.push(problem),
    })
    await until('the slow one is in the room', () => slow.client.isReady)
    const { socket } = crowd.clientsOf(room).find(({ kind }) => kind === 'delta')
    socket.on('user-disconnected', ({ userId }) => (slow.drops += userId === who.id ? 1 : 0))
    const [writer, reader] = crowd.clientsOf(room).filter(({ kind }) => kind === 'y-websocket')

    crowd.startTyping()
    slow.client.provider.ws._socket.pause()
    const paused = performance.now()
    const relays_ms = []
    // Bulk that is no text: kept and relayed to replicas as any other shared type.
    for (let i = 0; slow.drops === 0; i++) {
      if (performance.now() - paused > 60_000)
        throw new Error('the slow reader was not dropped within 60 s')
      const sent = performance.now()
      writer.doc.getMap('bulk').set('blob', `${i}${blob}`)
      await until(
        'the others have it',
        () => reader.doc.getMap('bulk').get('blob')?.startsWith(`${i}x`),
        10_000,
      )
      relays_ms.push(performance.now() - sent)
    }
    say(
      `dropped after ${((performance.now() - paused) / 1000).toFixed(1)} s and ${((relays_ms.length * blob.length) / 1e6).toFixed(1)} MB; to the others 200 kB took ${quantile(relays_ms, 0.5).toFixed(0)} ms (median), ${Math.max(...relays_ms).toFixed(0)} ms (longest)`,
    )
    slow.client.provider.ws?._socket.resume()
    crowd.stopTyping()
    await crowd.untilQuiet()
    await until(
      'the slow one is back and has everything',
      () => slow.client.isReady && slow.client.text === writer.text,
    )
    return await crowd.judge()
  } finally {
    slow.client?.stop()
    crowd.dispose()
    await server.dispose()
  }
}
