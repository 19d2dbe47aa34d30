/**
 * The practice room: private, one for each person, with the same editor and languages as any
 * other. Nobody needs an account for it.
 */
import { createRoom, getRoom } from '../api/rooms'
import { cleanName } from '../session/session'
import type { SessionStore } from '../session/session'
import { settings } from '../settings/settings'
import { common } from '../text/common'
import { newId } from '../ui/ids'

export type Opened = { roomId: string } | { problem: string }

const storageKey = 'codencollab-practice'
let opening: Promise<Opened> | undefined

/** One at a time: asking twice opens one room. Makes a guest where nobody is signed in. */
export function openPractice(store: SessionStore): Promise<Opened> {
  opening ??= open(store).finally(() => {
    opening = undefined
  })
  return opening
}

async function open(store: SessionStore): Promise<Opened> {
  if (store.getState().phase !== 'signed_in') {
    const name = cleanName(settings.get().guestName) || common.guest
    const guest = await store.signInAsGuest(name)
    if (!guest.ok) return { problem: guest.problem.message }
  }
  const state = store.getState()
  const userId = state.phase === 'signed_in' ? state.user.id : ''
  const known = recall(userId)
  if (known !== undefined && (await getRoom(known)).ok) return { roomId: known }
  const made = await createRoom({ title: common.practiceRoom, visibility: 'private' }, newId())
  if (!made.ok) return { problem: made.error.message || common.unreachable }
  remember(userId, made.value.room_id)
  return { roomId: made.value.room_id }
}

function recall(userId: string): string | undefined {
  try {
    const [owner, roomId] = (localStorage.getItem(storageKey) ?? '').split(' ')
    return owner === userId ? roomId : undefined
  } catch {
    return undefined
  }
}

function remember(userId: string, roomId: string): void {
  try {
    localStorage.setItem(storageKey, `${userId} ${roomId}`)
  } catch {
    // Without storage the next practice is in a new room.
  }
}
