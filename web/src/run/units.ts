/** Times and sizes as the room writes them. */

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

export function formatBytes(bytes: number): string {
  const number = (value: number) =>
    new Intl.NumberFormat(undefined, { maximumFractionDigits: value < 100 ? 1 : 0 }).format(value)
  if (bytes >= 1_048_576) return `${number(bytes / 1_048_576)} MB`
  return `${number(bytes / 1024)} KB`
}
