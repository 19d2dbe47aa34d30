import { afterEach, describe, expect, it, vi } from 'vitest'
import script from '../../public/theme.js?raw'
import { currentTheme, parseSettings, SettingsStore, clampFontSize } from './settings'
import { resolveTheme, themeChoices } from './theme'

// The very file that index.html names, run as the browser runs it.
const runInPage: (script: string) => unknown = globalThis.eval

type Device = { dark: boolean; contrast: boolean; forced: boolean }

function useDevice({ dark, contrast, forced }: Device): void {
  vi.stubGlobal('matchMedia', (query: string) => {
    const matches =
      (query.includes('color-scheme') && dark) ||
      (query.includes('contrast') && contrast) ||
      (query.includes('forced') && forced)
    return Object.assign(new EventTarget(), { matches })
  })
}

const devices = [false, true].flatMap((dark) =>
  [false, true].flatMap((contrast) => [false, true].map((forced) => ({ dark, contrast, forced }))),
)

describe('the script before the first paint', () => {
  afterEach(() => {
    delete document.documentElement.dataset['theme']
  })

  it.each(devices)('decides as the page does on %o', (device) => {
    useDevice(device)
    for (const choice of [...themeChoices, 'purple']) {
      localStorage.setItem('codencollab-settings', JSON.stringify({ theme: choice }))
      runInPage(script)
      const stored = parseSettings(localStorage.getItem('codencollab-settings'))
      const system = { dark: device.dark, contrast: device.contrast || device.forced }
      const theme = resolveTheme(stored.theme, system)
      expect(document.documentElement.dataset['theme']).toBe(theme)
      expect(document.documentElement.dataset['mantineColorScheme']).toBe(
        theme.endsWith('dark') ? 'dark' : 'light',
      )
    }
  })

  it('survives a storage that holds something else', () => {
    useDevice({ dark: true, contrast: false, forced: false })
    localStorage.setItem('codencollab-settings', '{not json')
    runInPage(script)
    expect(document.documentElement.dataset['theme']).toBe('dark')
  })
})

describe('the settings', () => {
  it('are the usual where nothing or nonsense is stored', () => {
    const usual = { theme: 'system', fontSize: 13, guestName: '' }
    for (const text of [null, '', '[]', 'null', '{"theme":"pink","fontSize":"x","guestName":5}']) {
      expect(parseSettings(text)).toEqual(usual)
    }
  })

  it('come back after a reload', () => {
    new SettingsStore(localStorage).update({ theme: 'hc-dark', fontSize: 18, guestName: 'Ben' })
    expect(new SettingsStore(localStorage).get()).toEqual({
      theme: 'hc-dark',
      fontSize: 18,
      guestName: 'Ben',
    })
  })

  it('hold for the page when nothing can be stored', () => {
    const store = new SettingsStore(null)
    const listener = vi.fn()
    const stop = store.subscribe(listener)
    store.update({ theme: 'dark' })
    expect(store.get().theme).toBe('dark')
    expect(listener).toHaveBeenCalledTimes(1)
    stop()
  })

  it('follow other tabs', () => {
    const store = new SettingsStore(localStorage)
    const stop = store.followOtherTabs()
    const newValue = JSON.stringify({ theme: 'dark' })
    window.dispatchEvent(new StorageEvent('storage', { key: 'codencollab-settings', newValue }))
    expect(store.get().theme).toBe('dark')
    stop()
    const later = JSON.stringify({ theme: 'light' })
    window.dispatchEvent(
      new StorageEvent('storage', { key: 'codencollab-settings', newValue: later }),
    )
    expect(store.get().theme).toBe('dark')
  })

  it.each([
    [4, 10],
    [13.4, 13],
    [99, 32],
    [Number.NaN, 13],
  ])('a size of %d is drawn at %d', (given, drawn) => {
    expect(clampFontSize(given)).toBe(drawn)
  })

  it('give the theme that is drawn', () => {
    useDevice({ dark: true, contrast: true, forced: false })
    expect(currentTheme()).toBe('hc-dark')
  })
})
