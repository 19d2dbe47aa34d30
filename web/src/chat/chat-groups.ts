/** The chat as it is drawn: messages of one sender within two minutes stand under one name. */
import type { ChatMessage } from '../contract/events'
import type { ChatEntry } from '../room/room-data'
import { timeOf } from '../room/room-data'

export type ChatItem =
  | { kind: 'line'; id: string; entry: Extract<ChatEntry, { kind: 'joined' | 'left' }> }
  | { kind: 'group'; id: string; messages: ChatMessage[] }

const togetherMs = 2 * 60_000

export function groupChat(entries: readonly ChatEntry[]): ChatItem[] {
  const items: ChatItem[] = []
  let lastAt = -Infinity
  for (const entry of entries) {
    if (entry.kind !== 'message') {
      items.push({ kind: 'line', id: entry.id, entry })
      continue
    }
    const at = timeOf(entry)
    const last = items.at(-1)
    const goesOn =
      last?.kind === 'group' &&
      last.messages[0]?.userId === entry.message.userId &&
      at - lastAt <= togetherMs
    if (goesOn) last.messages.push(entry.message)
    else items.push({ kind: 'group', id: entry.id, messages: [entry.message] })
    lastAt = at
  }
  return items
}

export type TextPart = { kind: 'text' | 'code' | 'link'; text: string }

const codeOrLink = /`([^`\n]+)`|(https?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]])/g

/** Code in backticks and addresses are told apart; nothing of it ever becomes markup. */
export function splitMessage(text: string): TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  for (const match of text.matchAll(codeOrLink)) {
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) })
    const [whole, code] = match
    parts.push(code === undefined ? { kind: 'link', text: whole } : { kind: 'code', text: code })
    at = match.index + whole.length
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) })
  return parts
}
