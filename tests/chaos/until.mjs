import { setTimeout as delay } from 'node:timers/promises'

/** Waits until `condition` holds; answers what it answered, and how long that took is in `error`. */
export async function until(what, condition, patience_ms = 60_000) {
  const deadline = performance.now() + patience_ms
  for (;;) {
    const found = await condition()
    if (found) return found
    if (performance.now() > deadline)
      throw new Error(
        `after ${patience_ms / 1000} s still not: ${typeof what === 'function' ? what() : what}`,
      )
    await delay(25)
  }
}

/** The value at a share of a list of numbers, 0.5 the median. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
