/**
 * The one indicator of connection and saving, as a state machine without timers: what happened
 * goes in with its time, what to show comes out for a time.
 */
export type EndReason = 'not-found' | 'removed' | 'deleted' | 'full' | 'session-over'

export type Link =
  /** Before the first text has come; `retryAt` when the attempt before has failed. */
  | { phase: 'loading'; retryAt: number | undefined }
  /** `returning`: back after a loss, but not everything that was written meanwhile is saved. */
  | { phase: 'synced'; since: number; returning: boolean; backSince?: number }
  | { phase: 'lost'; since: number; retryAt: number | undefined; restarting: boolean }
  | { phase: 'ended'; reason: EndReason }

export type LinkEvent =
  /** The server's document is here. */
  | { type: 'synced'; at: number }
  /** Nothing is unacknowledged. */
  | { type: 'settled'; at: number }
  /** The server did not take what was written: whatever comes next, it is not "all merged". */
  | { type: 'refused' }
  | { type: 'lost'; at: number; restarting: boolean }
  | { type: 'retrying'; at: number | undefined }
  | { type: 'ended'; reason: EndReason }

export const initialLink: Link = { phase: 'loading', retryAt: undefined }

export function reduceLink(link: Link, event: LinkEvent): Link {
  switch (event.type) {
    case 'synced':
      if (link.phase === 'synced') return link
      return { phase: 'synced', since: event.at, returning: link.phase === 'lost' }
    case 'settled':
      if (link.phase !== 'synced' || !link.returning) return link
      return { ...link, returning: false, backSince: event.at }
    case 'refused':
      return link.phase === 'synced'
        ? { phase: 'synced', since: link.since, returning: false }
        : link
    case 'lost':
      if (link.phase === 'ended' && link.reason !== 'full') return link
      if (link.phase === 'synced')
        return { phase: 'lost', since: event.at, retryAt: undefined, restarting: event.restarting }
      if (link.phase === 'lost' && event.restarting) return { ...link, restarting: true }
      return link
    case 'retrying': {
      if (link.phase !== 'lost' && link.phase !== 'loading') return link
      return { ...link, retryAt: event.at }
    }
    case 'ended':
      return { phase: 'ended', reason: event.reason }
  }
}

export type Indicator =
  | 'loading'
  /** From the first letter on: "Saved" may not stand over what the server has not got. */
  | 'saving'
  | 'saved'
  /** The answer should have been here long ago. */
  | 'unsaved'
  /** The server says that its store fails. */
  | 'not-saved'
  | 'reconnecting'
  | 'restarting'
  | 'offline'
  | 'back'
  | 'ended'

export interface LinkFacts {
  now: number
  /** When the oldest change that is not acknowledged was made; absent when all are. */
  unacknowledgedSince: number | undefined
  /** Since when it is not known whether this page has missed something; absent when it has not. */
  askingSince: number | undefined
  /** When the last change was acknowledged, if that came so soon that the word would flicker. */
  quietSince: number | undefined
  /** What the server says of its store. */
  saved: boolean
  browserOnline: boolean
}

/** An answer that takes longer is worth a word; and a word stays for so long after the last letter. */
export const savingShownAfterMs = 300
/** From then on, whatever the socket claims, it is called what it is. */
export const unsavedAfterMs = 5_000
export const backShownForMs = 3_000
const offlineAfterMs = 30_000

export function indicatorOf(link: Link, facts: LinkFacts): Indicator {
  switch (link.phase) {
    case 'loading':
      return 'loading'
    case 'ended':
      return 'ended'
    case 'lost':
      if (!facts.browserOnline || facts.now - link.since >= offlineAfterMs) return 'offline'
      return link.restarting ? 'restarting' : 'reconnecting'
    case 'synced': {
      if (!facts.saved) return 'not-saved'
      const waited = facts.now - (waitingSince(link, facts) ?? Infinity)
      if (waited >= unsavedAfterMs) return 'unsaved'
      // Between two letters the word stays: it would only flicker.
      const isQuiet = facts.now - (facts.quietSince ?? -Infinity) >= savingShownAfterMs
      const isWritten = facts.unacknowledgedSince !== undefined || !isQuiet
      if (isWritten || waited >= savingShownAfterMs) return 'saving'
      if (link.backSince !== undefined && facts.now - link.backSince < backShownForMs) return 'back'
      return 'saved'
    }
  }
}

/** When the indicator may change by the passing of time alone; undefined when it will not. */
export function nextIndicatorChange(link: Link, facts: LinkFacts): number | undefined {
  const candidates: number[] = []
  if (link.phase === 'lost') candidates.push(link.since + offlineAfterMs)
  if (link.phase === 'synced') {
    const since = waitingSince(link, facts)
    if (since !== undefined) candidates.push(since + savingShownAfterMs, since + unsavedAfterMs)
    if (facts.quietSince !== undefined) candidates.push(facts.quietSince + savingShownAfterMs)
    if (link.backSince !== undefined) candidates.push(link.backSince + backShownForMs)
  }
  return candidates.filter((at) => at > facts.now).sort((a, b) => a - b)[0]
}

/** What was written without a connection waits for the server only since it is back. */
function waitingSince(link: { since: number }, facts: LinkFacts): number | undefined {
  const { unacknowledgedSince, askingSince } = facts
  if (unacknowledgedSince === undefined) return askingSince
  const written = Math.max(unacknowledgedSince, link.since)
  return askingSince === undefined ? written : Math.min(written, askingSince)
}
