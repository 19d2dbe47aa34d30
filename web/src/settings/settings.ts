import { useSyncExternalStore } from 'react'
import { isThemeChoice, resolveTheme, systemLook, watchSystemLook } from './theme'
import type { Theme, ThemeChoice } from './theme'

export type Settings = {
  theme: ThemeChoice
  /** Size of the code in CSS pixels, 10 to 32. */
  fontSize: number
  /** The name last given at a name step; '' when none was. */
  guestName: string
}

export const fontSizes = { min: 10, max: 32, usual: 13 } as const
const storageKey = 'codencollab-settings'
const usual: Settings = { theme: 'system', fontSize: fontSizes.usual, guestName: '' }

export function clampFontSize(size: number): number {
  if (!Number.isFinite(size)) return fontSizes.usual
  return Math.min(fontSizes.max, Math.max(fontSizes.min, Math.round(size)))
}

/** Reads what was stored; whatever is unknown or broken in it becomes the usual. */
export function parseSettings(text: string | null): Settings {
  let stored: unknown
  try {
    stored = JSON.parse(text ?? '{}')
  } catch {
    return usual
  }
  if (typeof stored !== 'object' || stored === null) return usual
  const { theme, fontSize, guestName } = stored as Record<string, unknown>
  return {
    theme: isThemeChoice(theme) ? theme : usual.theme,
    fontSize: typeof fontSize === 'number' ? clampFontSize(fontSize) : usual.fontSize,
    guestName: typeof guestName === 'string' ? guestName : usual.guestName,
  }
}

/**
 * What this device remembers about how things should look. One for the page, without React;
 * other tabs of the same browser follow through the storage event.
 */
export class SettingsStore {
  #state: Settings
  #listeners = new Set<() => void>()

  constructor(private readonly storage: Storage | null = usableStorage()) {
    this.#state = parseSettings(storage?.getItem(storageKey) ?? null)
  }

  readonly get = (): Settings => this.#state

  update(change: Partial<Settings>): void {
    this.#state = { ...this.#state, ...change }
    try {
      this.storage?.setItem(storageKey, JSON.stringify(this.#state))
    } catch {
      // A full or forbidden storage: the setting holds for this page, which is what can be done.
    }
    this.#tell()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Follows other tabs. Returns what ends it. */
  followOtherTabs(): () => void {
    const onStorage = (event: StorageEvent) => {
      if (event.key !== storageKey) return
      this.#state = parseSettings(event.newValue)
      this.#tell()
    }
    window.addEventListener('storage', onStorage)
    return () => window.removeEventListener('storage', onStorage)
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}

function usableStorage(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}

export const settings = new SettingsStore()

export function useSettings(): Settings {
  return useSyncExternalStore(settings.subscribe, settings.get)
}

function subscribeToTheme(onChange: () => void): () => void {
  const stops = [settings.subscribe(onChange), watchSystemLook(onChange)]
  return () => {
    for (const stop of stops) stop()
  }
}

/** The theme that is drawn now: what the editor's colours are made from. */
export function currentTheme(): Theme {
  return resolveTheme(settings.get().theme, systemLook())
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribeToTheme, currentTheme)
}
