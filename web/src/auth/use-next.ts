import { useSearchParams } from 'react-router'
import { safeNext } from '../session/gates'

/** Where the person came from, and goes back to after signing in. */
export function useNext(): string {
  const [search] = useSearchParams()
  return safeNext(search.get('next'))
}

/** Whether somebody who is signed in came to change accounts. */
export function isSwitching(state: unknown): boolean {
  return (
    typeof state === 'object' && state !== null && 'switching' in state && state.switching === true
  )
}
