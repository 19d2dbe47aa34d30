import { useEffect, useState } from 'react'

const everyMs = 100
/** Before this, a wait is not worth showing. */
const shownFromMs = 300

/** Milliseconds since a time of the server's clock, renewed ten times a second. */
export function useElapsed(since: number, clockOffset: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [])
  const elapsed = now + clockOffset - since
  return elapsed < shownFromMs ? 0 : elapsed
}
