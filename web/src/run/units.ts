/** Times as the room writes them. */

export function formatSeconds(ms: number, digits: number): string {
  return new Intl.NumberFormat(undefined, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(ms / 1000)
}

/** A limit is a round number: "10 s", "5 min". */
export function formatLimit(ms: number): string {
  const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 })
  return ms >= 120_000 ? `${number.format(ms / 60_000)} min` : `${number.format(ms / 1000)} s`
}
