// A process of its own: one client of each kind enters a room and says so; then it only answers pings.
//   node quiet-people.mjs BASE ROOM TOKEN…      one token a kind
import { DeltaClient } from './clients/delta.mjs'
import { YWebSocketClient } from './clients/y-websocket.mjs'
import { YjsSocketClient } from './clients/yjs-socket.mjs'

const [base, room, ...tokens] = process.argv.slice(2)
const onReady = () => console.log('ready')
const onProblem = (problem) => console.log(`problem: ${problem}`)
for (const [i, Kind] of [DeltaClient, YWebSocketClient, YjsSocketClient].entries()) {
  new Kind({ base, room, token: tokens[i], onReady, onProblem })
}
