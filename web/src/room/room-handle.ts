/** A room that is open in this page: its session and its run, wired to the world. */
import { apiBase } from '../api/http'
import { getRoom, joinRoom, listRuns, startRun, stopRun } from '../api/rooms'
import { RunController } from '../run/run-controller'
import type { SessionStore } from '../session/session'
import { newId } from '../ui/ids'
import { CopyKeeper } from './document/copy-keeper'
import { copyRows } from './document/copy-rows'
import { RoomSession } from './room-session'
import { SharedSessions } from './room-sessions'
import { openSocket } from './socket-port'

export interface RoomHandle {
  session: RoomSession
  run: RunController
  dispose: () => void
}

const registries = new WeakMap<SessionStore, SharedSessions<RoomHandle>>()

/** The rooms that are open for who is signed in through `store`. */
export function openRooms(store: SessionStore): SharedSessions<RoomHandle> {
  const known = registries.get(store)
  if (known) return known
  const made = new SharedSessions((roomId) => openRoom(roomId, store))
  registries.set(store, made)
  return made
}

function openRoom(roomId: string, store: SessionStore): RoomHandle {
  const who = store.getState()
  const userId = who.phase === 'signed_in' ? who.user.id : ''
  const session = new RoomSession({
    roomId,
    openSocket: (handlers) =>
      openSocket(apiBase() || window.location.origin, store.accessToken, handlers),
    joinOverHttp: () => joinRoom(roomId),
    fetchRoom: () => getRoom(roomId),
    onTokenRefreshed: (listener) => store.onTokenRefreshed(listener),
    copy: new CopyKeeper(copyRows, `${userId} ${roomId}`, () => Date.now()),
    random: Math.random,
  })
  const run = new RunController(session, {
    start: (body, key) => startRun(roomId, body, key),
    stop: (runId) => stopRun(roomId, runId),
    list: () => listRuns(roomId),
    newKey: newId,
  })
  // Signing in again after the sign-in has ended: the same room, nothing reloaded.
  const unsubscribe = store.subscribe(() => {
    if (store.getState().phase === 'signed_in') session.resume()
  })
  session.start()
  return {
    session,
    run,
    dispose: () => {
      unsubscribe()
      run.dispose()
      session.dispose()
    },
  }
}
