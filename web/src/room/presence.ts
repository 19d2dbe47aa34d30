/**
 * Who has gone quiet. A client of ours that is looked at gives a sign every few seconds, one in a
 * hidden tab gives none; whoever has given none for a while is away. Without timers: what happened
 * goes in with its time.
 */

/** A minute, and some time for the last sign to arrive. Milliseconds. */
export const awayAfterMs = 65_000

export class Presence {
  private readonly signs = new Map<string, number>()

  /** These sockets are in the room. Nothing is known yet of those who came a moment ago. */
  keepOnly(sids: readonly string[], at: number): void {
    const here = new Set(sids)
    for (const sid of this.signs.keys()) if (!here.has(sid)) this.signs.delete(sid)
    for (const sid of sids) if (!this.signs.has(sid)) this.signs.set(sid, at)
  }

  sign(sid: string, at: number): void {
    if (this.signs.has(sid)) this.signs.set(sid, at)
  }

  away(now: number): string[] {
    return [...this.signs].filter(([, at]) => now - at >= awayAfterMs).map(([sid]) => sid)
  }

  /** When the next one is away if nothing happens until then; undefined when nobody can be. */
  nextChange(now: number): number | undefined {
    const next = Math.min(...[...this.signs.values()].filter((at) => now - at < awayAfterMs))
    return next === Infinity ? undefined : next + awayAfterMs
  }
}
