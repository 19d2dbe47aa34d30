import { useEffect, useState } from 'react'

/** Whole seconds until a time of this device's clock; undefined without one, or once it is over. */
export function useCountdown(until: number | undefined): number | undefined {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (until === undefined) return
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [until])
  if (until === undefined || until <= now) return undefined
  return Math.ceil((until - now) / 1000)
}
