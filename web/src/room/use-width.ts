import { useSyncExternalStore } from 'react'

/** narrow: one pane at a time. medium: output below. wide: output at the right. */
export type WidthClass = 'narrow' | 'medium' | 'wide'

const wide = '(min-width: 1200px)'
const medium = '(min-width: 800px)'

function read(): WidthClass {
  if (matchMedia(wide).matches) return 'wide'
  return matchMedia(medium).matches ? 'medium' : 'narrow'
}

function subscribe(onChange: () => void): () => void {
  const lists = [matchMedia(wide), matchMedia(medium)]
  for (const list of lists) list.addEventListener('change', onChange)
  return () => {
    for (const list of lists) list.removeEventListener('change', onChange)
  }
}

export function useWidth(): WidthClass {
  return useSyncExternalStore(subscribe, read)
}
