import { useEffect } from 'react'
import { shownName } from '../people/shown-name'
import { endingOf } from '../run/ending'
import { linkText, peopleText, runText } from '../text/room'
import { announce } from '../ui/announcer'
import { languageName } from '../ui/language-sign'
import { useRoom, useRoomState } from './room-context'
import type { RoomEvent } from './room-data'
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
    else if (indicator === 'restarting') announce(linkText.restarting, { kind: 'link' })
    else if (indicator === 'back') announce(linkText.back, { kind: 'link' })
  }, [indicator])
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
      announce(peopleText.madeYou(peopleText.roles[event.payload.role]))
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

function lockLine(session: RoomSession): string {
  return linkText.lockedLine(lockedBy(session.getState().data.participants))
}

/** Who can have locked the room: the owner, when there is one to name. */
export function lockedBy(participants: readonly { name: string; role?: string }[]): string {
  const owners = participants.filter(({ role }) => role === 'owner')
  const [owner] = owners
  return owner && owners.length === 1 ? shownName(owner.name) : linkText.theHost
}
