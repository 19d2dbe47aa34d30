import { useEffect } from 'react'
import type { ServerPayload } from '../contract/events'
import { shownName } from '../people/shown-name'
import { endingOf } from '../run/ending'
import { linkText, peopleText, runText } from '../text/room'
import { announce } from '../ui/announcer'
import { showToast } from '../ui/toast'
import { languageName } from '../ui/language-sign'
import { noticeLine } from './notice-line'
import { useRoom, useRoomState } from './room-context'
import type { RoomData, RoomEvent } from './room-data'
import type { RoomSession } from './room-session'

/** What happens in the room, said to those who do not see it. */
export function useRoomAnnouncements(): void {
  const { session } = useRoom()
  useEffect(() => session.onEvent((event) => say(event, session)), [session])

  const indicator = useRoomState((state) => state.indicator)
  useEffect(() => {
    if (indicator === 'reconnecting' || indicator === 'offline')
      announce(`${linkText.lostTitle} ${linkText.lostBody}`, { assertive: true })
    else if (indicator === 'not-saved') announce(linkText.notSavedTitle, { assertive: true })
    else if (indicator === 'unsaved') announce(linkText.unsaved, { kind: 'link' })
    else if (indicator === 'restarting') announce(linkText.restarting, { kind: 'link' })
    else if (indicator === 'back') announce(linkText.back, { kind: 'link' })
  }, [indicator])

  const notice = useRoomState((state) => state.notice)
  useEffect(() => {
    if (notice) announce(noticeLine(notice))
  }, [notice])
}

function say(event: RoomEvent, session: RoomSession): void {
  const { data } = session.getState()
  switch (event.type) {
    case 'user-joined':
      announce(peopleText.joined(shownName(event.payload.name)))
      break
    case 'user-disconnected': {
      const last = data.chat.at(-1)
      if (last?.kind === 'left') announce(peopleText.left(shownName(last.name)))
      break
    }
    case 'role-changed':
      sayRole(event.payload, data)
      break
    case 'room-updated':
      if (event.payload.locked === true && data.role !== 'owner') announce(lockLine(session))
      break
    case 'execution-started': {
      const { name, language } = event.payload
      announce(`${shownName(name)} ${runText.ran(languageName(language))}`, { kind: 'run' })
      break
    }
    case 'execution-result': {
      const { run, limits } = data
      if (run.phase !== 'finished' || run.result.run_id !== event.payload.run_id) break
      const lines = run.result.output.split('\n').length - 1
      const { line } = endingOf(run.result, limits, languageName(run.run.language))
      announce(`${line} ${runText.linesOfOutput(lines)}`, { kind: 'run' })
      break
    }
  }
}

/** The one concerned sees it as well; for the others it is only said. */
function sayRole({ userId, role, by }: ServerPayload<'role-changed'>, data: RoomData): void {
  const name = peopleText.roles[role]
  if (userId === undefined || userId === data.me?.userId) {
    showToast(peopleText.madeYou(name, by === undefined ? undefined : shownName(by)), 'info')
    return
  }
  const other = data.participants.find((participant) => participant.userId === userId)
  if (other) announce(peopleText.isNow(shownName(other.name), name))
}

function lockLine(session: RoomSession): string {
  return linkText.lockedLine(lockedBy(session.getState().data))
}

/** Who can have locked the room: its owner, when there is one to name. */
export function lockedBy({ members, participants }: RoomData): string | undefined {
  const owners = members.filter(({ role }) => role === 'owner')
  const here = participants.filter(({ role }) => role === 'owner')
  const [owner] = owners.length > 0 ? owners : here
  return owner && owners.length <= 1 ? shownName(owner.name) : undefined
}
