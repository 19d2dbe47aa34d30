/**
 * The one indicator of connection and saving, as a state machine without timers: what happened
 * goes in with its time, what to show comes out for a time.
 */
export type EndReason = 'not-found' | 'removed' | 'deleted' | 'full' | 'session-over'

export type Link =
  /** Before the first text has come; `retryAt` when the attempt before has failed. */
  | { phase: 'loading'; retryAt: number | undefined }
  | { phase: 'synced'; backSince?: number }
  | { phase: 'lost'; since: number; retryAt: number | undefined; restarting: boolean }
  | { phase: 'ended'; reason: EndReason }

export type LinkEvent =
  | { type: 'synced'; at: number }
  | { type: 'lost'; at: number; restarting: boolean }
  | { type: 'retrying'; at: number | undefined }
  | { type: 'ended'; reason: EndReason }

export const initialLink: Link = { phase: 'loading', retryAt: undefined }

export function reduceLink(link: Link, event: LinkEvent): Link {
  switch (event.type) {
    case 'synced':
      if (link.phase === 'lost') return { phase: 'synced', backSince: event.at }
      return link.phase === 'synced' ? link : { phase: 'synced' }
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
  | 'saving'
  | 'saved'
  | 'not-saved'
  | 'reconnecting'
  | 'restarting'
  | 'offline'
  | 'back'
  | 'ended'

export interface LinkFacts {
  now: number
  /** Since when something is sent and not acknowledged; absent when nothing is. */
  unacknowledgedSince: number | undefined
  /** What the server says of its store. */
  saved: boolean
  browserOnline: boolean
}

/** A save that is quicker than this is not worth a word. */
export const savingShownAfterMs = 300
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
    case 'synced':
      if (!facts.saved) return 'not-saved'
      if (
        facts.unacknowledgedSince !== undefined &&
        facts.now - facts.unacknowledgedSince >= savingShownAfterMs
      )
        return 'saving'
      if (link.backSince !== undefined && facts.now - link.backSince < backShownForMs) return 'back'
      return 'saved'
  }
}

/** When the indicator may change by the passing of time alone; undefined when it will not. */
export function nextIndicatorChange(link: Link, facts: LinkFacts): number | undefined {
  const candidates: number[] = []
  if (link.phase === 'lost') candidates.push(link.since + offlineAfterMs)
  if (link.phase === 'synced') {
    if (facts.unacknowledgedSince !== undefined)
      candidates.push(facts.unacknowledgedSince + savingShownAfterMs)
    if (link.backSince !== undefined) candidates.push(link.backSince + backShownForMs)
  }
  return candidates.filter((at) => at > facts.now).sort((a, b) => a - b)[0]
}
