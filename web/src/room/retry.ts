/** How long to wait before the next attempt: half a second, doubling to ten, ± 30 %. */
const firstMs = 500
const lastMs = 10_000
const jitter = 0.3

/** `attempt` counts from 0; `random` is in [0, 1). Milliseconds. */
export function retryDelay(attempt: number, random: number): number {
  const delay = Math.min(lastMs, firstMs * 2 ** Math.min(attempt, 10))
  return Math.round(delay * (1 - jitter + 2 * jitter * random))
}
