/** How long the server takes to answer. One slow answer may be this page's own doing, as while the
 * editor loads; two are not. */

/** A round trip longer than this is measured once more before anybody calls it slow. */
const doubtedMs = 150

export class RoundTrip {
  private last: number | undefined

  /** What to show, and whether to measure again soon. */
  measured(ms: number): { shownMs: number; isDoubtful: boolean } {
    const before = this.last
    this.last = ms
    const isNew = before === undefined || before <= doubtedMs
    return { shownMs: Math.min(ms, before ?? ms), isDoubtful: ms > doubtedMs && isNew }
  }
}
