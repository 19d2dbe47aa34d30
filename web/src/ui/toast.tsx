import { useEffect, useState, useSyncExternalStore } from 'react'
import { announce } from './announcer'
import { common } from '../text/common'
import { IconButton } from './button'
import { Icon } from './icon'
import type { IconName } from './icon'

type Toast = { id: number; text: string; icon: IconName | undefined }

const stayMs = 6000
let current: Toast | null = null
let lastId = 0
const listeners = new Set<() => void>()

function set(toast: Toast | null): void {
  current = toast
  for (const listener of [...listeners]) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** One short note at the lower edge, read aloud as well. Never the only place of what it says. */
export function showToast(text: string, icon?: IconName): void {
  lastId += 1
  set({ id: lastId, text, icon })
  announce(text, { kind: 'toast' })
}

/** Stays six seconds; longer while the pointer or the focus is on it. */
export function Toasts() {
  const toast = useSyncExternalStore(subscribe, () => current)
  return toast && <ToastNote key={toast.id} toast={toast} />
}

function ToastNote({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false)
  useEffect(() => {
    if (held) return
    const timer = setTimeout(() => set(null), stayMs)
    return () => clearTimeout(timer)
  }, [held])
  const hold = { onPointerEnter: () => setHeld(true), onPointerLeave: () => setHeld(false) }
  return (
    <section
      className="toast"
      aria-label={common.note}
      {...hold}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {toast.icon && <Icon name={toast.icon} />}
      <span>{toast.text}</span>
      <IconButton icon="close" label={common.close} tiny onClick={() => set(null)} />
    </section>
  )
}
