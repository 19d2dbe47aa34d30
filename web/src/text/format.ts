/** Numbers, times and lists, through Intl, in the browser's own language. */

export function formatNumber(value: number): string {
  return new Intl.NumberFormat().format(value)
}

/** "512 KB", "1.2 MB" */
export function formatBytes(bytes: number): string {
  const number = (value: number) =>
    new Intl.NumberFormat(undefined, { maximumFractionDigits: value < 100 ? 1 : 0 }).format(value)
  if (bytes >= 1_048_576) return `${number(bytes / 1_048_576)} MB`
  return `${number(bytes / 1024)} KB`
}

/** "Ada", "Ada and Mira", "Ada, Mira, and Ben" */
export function formatList(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names)
}

/** "14:05" or "2:05 PM", as the person's device has it. */
export function formatTime(date: Date): string {
  return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(date)
}

/** "24 Nov", with the year once it is not this one. */
export function formatDay(date: Date, now: Date): string {
  return new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  }).format(date)
}

const minute = 60_000
const hour = 60 * minute

/** How long ago, in the words of a list: now, minutes, hours, yesterday, then the day. */
export function formatAgo(date: Date, now: Date): string {
  const passed = now.getTime() - date.getTime()
  if (passed < minute) return 'now'
  if (passed < hour) return `${formatNumber(Math.floor(passed / minute))} min ago`
  if (date.toDateString() === now.toDateString()) {
    return `${formatNumber(Math.floor(passed / hour))} h ago`
  }
  const yesterday = new Date(now)
  yesterday.setDate(now.getDate() - 1)
  if (date.toDateString() === yesterday.toDateString()) return 'yesterday'
  return formatDay(date, now)
}
