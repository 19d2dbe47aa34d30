/**
 * Finds out that a connection is silently dead, long before TCP or a heartbeat does: something was
 * asked, and for some seconds nothing at all has come back. Such a connection is dropped.
 */
import type { Answer, SocketHandlers, SocketPort } from './socket-port'

const patienceMs = 6_000
/** When the browser says that there is no network, it is most likely right. */
const offlinePatienceMs = 2_000
/** What even a slow line carries up: about 256 kbit/s of plain letters. */
const unitsPerMs = 32
/** A timer this late says that the page itself stood still; what has arrived comes after it. */
const lateMs = 1_000

export type OpenSocket = (handlers: SocketHandlers) => SocketPort

/** How long an answer may take, on the way up alone, for a payload with this much text. */
export function uploadMs(units: number): number {
  return units / unitsPerMs
}

/** A socket like that of `open`, that is dropped when it stalls. `now` is in milliseconds. */
export function watchStalls(
  open: OpenSocket,
  handlers: SocketHandlers,
  isOnline: () => boolean,
  now: () => number,
): SocketPort {
  /** Units of text in each request that is not answered. */
  const unanswered = new Map<object, number>()
  /** The same for those whose answer may take its time, but which are on the line before others. */
  const unhurried = new Map<object, number>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const stop = () => {
    clearTimeout(timer)
    timer = undefined
  }
  const wait = (ms: number) => {
    stop()
    const due = now() + ms
    timer = setTimeout(() => {
      if (now() - due > lateMs) wait(offlinePatienceMs)
      else socket.drop()
    }, ms)
  }
  const start = () => {
    const carried = [...unanswered.values(), ...unhurried.values()]
    const units = carried.reduce((sum, each) => sum + each, 0)
    wait((isOnline() ? patienceMs : offlinePatienceMs) + uploadMs(units))
  }
  const heard = () => {
    if (unanswered.size > 0) start()
    else stop()
  }

  const socket = open({
    ...handlers,
    heard: () => {
      heard()
      handlers.heard()
    },
    disconnected: (how) => {
      unanswered.clear()
      unhurried.clear()
      stop()
      handlers.disconnected(how)
    },
  })
  return {
    get connected() {
      return socket.connected
    },
    connect: () => socket.connect(),
    drop: () => socket.drop(),
    emit: (event, payload) => socket.emit(event, payload),
    request: (event, payload, timeoutMs, done) => {
      if (!socket.connected) {
        done({ arrived: false })
        return
      }
      const request = {}
      // A room that has to be loaded first may take its time, and so may a store that commits.
      if (event === 'join' || timeoutMs === Infinity) {
        unhurried.set(request, unitsIn(payload))
        socket.request(event, payload, timeoutMs, (answer) => {
          unhurried.delete(request)
          done(answer)
        })
        return
      }
      unanswered.set(request, unitsIn(payload))
      // Only silence after the first question counts; later ones do not put off the end.
      if (timer === undefined) start()
      socket.request(event, payload, timeoutMs, (answer: Answer) => {
        unanswered.delete(request)
        if (answer.arrived) heard()
        done(answer)
      })
    },
    close: () => {
      stop()
      socket.close()
    },
  }
}

/** The text in a payload; everything else in it is small. */
export function unitsIn(payload: unknown): number {
  if (typeof payload === 'string') return payload.length
  if (ArrayBuffer.isView(payload)) return payload.byteLength
  if (typeof payload !== 'object' || payload === null) return 0
  return Object.values(payload).reduce<number>((sum, value) => sum + unitsIn(value), 0)
}
