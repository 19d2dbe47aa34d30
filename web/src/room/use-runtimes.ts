import { useEffect, useState } from 'react'
import { listRuntimes } from '../api/rooms'
import type { Runtime } from '../contract/rest'
import { languageName } from '../ui/language-sign'

let known: readonly Runtime[] | undefined
let asking: Promise<void> | undefined
const listeners = new Set<() => void>()
const askAgainMs = 10_000

async function ask(): Promise<void> {
  const result = await listRuntimes()
  if (result.ok) {
    known = result.value
    for (const listener of listeners) listener()
  } else if (listeners.size > 0) {
    setTimeout(() => {
      asking = undefined
      if (listeners.size > 0) askOnce()
    }, askAgainMs)
  }
}

function askOnce(): void {
  asking ??= ask()
}

/** The languages that can be run here; undefined until they are known. */
export function useRuntimes(): readonly Runtime[] | undefined {
  const [runtimes, setRuntimes] = useState(known)
  useEffect(() => {
    const listener = () => setRuntimes(known)
    listeners.add(listener)
    askOnce()
    listener()
    return () => {
      listeners.delete(listener)
    }
  }, [])
  return runtimes
}

/** "Python 3.12": as the server calls it, or put together from what it tells. */
export function runtimeName(runtime: Runtime): string {
  if (runtime.display) return runtime.display
  const [major, minor] = runtime.version.split('.')
  return [languageName(runtime.language), [major, minor].filter(Boolean).join('.')].join(' ')
}

export function findRuntime(
  runtimes: readonly Runtime[] | undefined,
  language: string,
): Runtime | undefined {
  return runtimes?.find(
    (runtime) => runtime.language === language || runtime.aliases.includes(language),
  )
}
