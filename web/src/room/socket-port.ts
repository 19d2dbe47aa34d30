/** The room's way to the server, as small as the room needs it, and Socket.IO behind it. */
import { io } from 'socket.io-client'
import type {
  ClientEventName,
  ClientPayload,
  RoomSocket,
  ServerEventName,
} from '../contract/events'
import { serverEvents } from '../contract/events'

/** `byServer`: the server wants the person to act. `restarting`: it is going down in order. */
export interface Ending {
  byServer: boolean
  restarting: boolean
}

export interface SocketHandlers {
  connected: () => void
  /** The server would not let us in; `code` is its own. Nothing is tried again by itself. */
  refused: (code: string) => void
  unreachable: () => void
  /** Something arrived, whatever it was. Before it is handled. */
  heard: () => void
  disconnected: (how: Ending) => void
  event: (name: ServerEventName, payload: unknown) => void
}

/** What came of a request: the server's answer as it is, or none in time or at all. */
export type Answer = { arrived: true; answer: unknown } | { arrived: false }

export interface SocketPort {
  readonly connected: boolean
  connect: () => void
  /** Gives the connection up, as if the network had. */
  drop: () => void
  emit: <E extends ClientEventName>(event: E, payload: ClientPayload<E>) => void
  /**
   * `done` is called once, and before anything that the server sent after its answer is handled:
   * the order of answers and events carries meaning. With a `timeoutMs` of `Infinity` only an
   * answer calls it; when the connection is lost, it is not called at all.
   */
  request: <E extends ClientEventName>(
    event: E,
    payload: ClientPayload<E>,
    timeoutMs: number,
    done: (answer: Answer) => void,
  ) => void
  /** For good. */
  close: () => void
}

const serviceRestart = 1012

export function openSocket(
  url: string,
  token: () => Promise<string | null>,
  handlers: SocketHandlers,
): SocketPort {
  const socket: RoomSocket = io(url, {
    autoConnect: false,
    // When and how often to try again is the room's business.
    reconnection: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    forceNew: true,
    auth: (answer) => {
      void token().then((fresh) => answer({ token: fresh ?? '' }))
    },
  })
  socket.io.on('packet', () => handlers.heard())
  socket.io.on('ping', () => handlers.heard())
  socket.on('connect', handlers.connected)
  socket.on('connect_error', (error) => {
    const code = codeOf(error)
    if (code === undefined) handlers.unreachable()
    else handlers.refused(code)
  })
  socket.on('disconnect', (reason, details) => {
    // What was emitted on the old connection must not arrive on the next one before its join.
    socket.sendBuffer = []
    if (reason === 'io client disconnect') return
    const restarting = closeCodeOf(details) === serviceRestart
    handlers.disconnected({ byServer: reason === 'io server disconnect', restarting })
  })
  for (const name of Object.keys(serverEvents) as ServerEventName[])
    socket.on(name, (payload: unknown) => handlers.event(name, payload))

  return {
    get connected() {
      return socket.connected
    },
    connect: () => socket.connect(),
    drop: () => {
      const wasConnected = socket.connected
      socket.disconnect()
      if (wasConnected) handlers.disconnected({ byServer: false, restarting: false })
    },
    emit: (event, payload) => {
      if (socket.connected) (socket as Untyped).emit(event, payload)
    },
    request: (event, payload, timeoutMs, done) => {
      if (!socket.connected) {
        done({ arrived: false })
        return
      }
      if (timeoutMs === Infinity) {
        ;(socket as Untyped).emit(event, payload, (answer: unknown) =>
          done({ arrived: true, answer }),
        )
        return
      }
      ;(socket as Untyped)
        .timeout(timeoutMs)
        .emit(event, payload, (error: unknown, answer: unknown) =>
          done(error ? { arrived: false } : { arrived: true, answer }),
        )
    },
    close: () => {
      socket.off()
      socket.disconnect()
      socket.io.off()
    },
  }
}

/** The typed socket cannot follow an event name that is still a type parameter. */
interface Untyped {
  emit: (event: string, ...args: unknown[]) => unknown
  timeout: (ms: number) => Untyped
}

function codeOf(error: Error): string | undefined {
  const { data } = error as Error & { data?: unknown }
  if (typeof data === 'object' && data !== null && 'code' in data) return String(data.code)
  if (error.message === 'Missing token') return 'missing_token'
  if (error.message === 'Invalid token') return 'invalid_token'
  return undefined
}

function closeCodeOf(details: unknown): number | undefined {
  if (typeof details !== 'object' || details === null || !('context' in details)) return undefined
  const { context } = details
  return context instanceof CloseEvent ? context.code : undefined
}
