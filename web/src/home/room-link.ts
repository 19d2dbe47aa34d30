const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

/** A room's id as the server writes it, or null for anything else. */
export function parseRoomId(text: string): string | null {
  const match = uuid.exec(text)
  return match && match[0].length === text.length ? text.toLowerCase() : null
}

export type PastedLink =
  { kind: 'room'; roomId: string } | { kind: 'elsewhere'; host: string } | { kind: 'unreadable' }

/** What somebody pasted: an id, a path, or a link with or without its scheme. Pure. */
export function parseRoomLink(text: string, here: { host: string }): PastedLink {
  const pasted = text.trim().replace(/^[<"'(]+|[>"').,]+$/g, '')
  const bare = parseRoomId(pasted)
  if (bare !== null) return { kind: 'room', roomId: bare }

  const link = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#\s]*)\/r\/([^/?#\s]+)/i.exec(pasted)
  const roomId = parseRoomId(link?.[2] ?? '')
  if (!link || roomId === null) return { kind: 'unreadable' }
  const host = link[1] ?? ''
  if (host !== '' && host.toLowerCase() !== here.host.toLowerCase()) {
    return { kind: 'elsewhere', host }
  }
  return { kind: 'room', roomId }
}

/** The link that people share. */
export function roomLink(roomId: string): string {
  return `${window.location.origin}/r/${roomId}`
}
