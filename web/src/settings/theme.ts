/** What a person chooses. `system` follows the device, contrast included. */
export type ThemeChoice = 'system' | 'light' | 'dark' | 'hc-light' | 'hc-dark'

/** What is drawn: the root's `data-theme`. */
export type Theme = Exclude<ThemeChoice, 'system'>

export const themeChoices: readonly ThemeChoice[] = [
  'system',
  'light',
  'dark',
  'hc-light',
  'hc-dark',
]

export type SystemLook = { dark: boolean; contrast: boolean }

/** Pure. public/theme.js decides the same before the first paint. */
export function resolveTheme(choice: ThemeChoice, system: SystemLook): Theme {
  if (choice !== 'system') return choice
  const tone = system.dark ? 'dark' : 'light'
  return system.contrast ? `hc-${tone}` : tone
}

export function isDark(theme: Theme): boolean {
  return theme === 'dark' || theme === 'hc-dark'
}

export function isThemeChoice(value: unknown): value is ThemeChoice {
  return themeChoices.some((choice) => choice === value)
}

const queries = {
  dark: '(prefers-color-scheme: dark)',
  contrast: '(prefers-contrast: more)',
  forced: '(forced-colors: active)',
}

export function systemLook(): SystemLook {
  return {
    dark: matchMedia(queries.dark).matches,
    contrast: matchMedia(queries.contrast).matches || matchMedia(queries.forced).matches,
  }
}

/** Calls back when the device's own look changes. Returns what ends it. */
export function watchSystemLook(onChange: () => void): () => void {
  const lists = Object.values(queries).map((query) => matchMedia(query))
  for (const list of lists) list.addEventListener('change', onChange)
  return () => {
    for (const list of lists) list.removeEventListener('change', onChange)
  }
}

/** Puts the theme on the root, where tokens.css and Mantine look for it. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement
  root.dataset['theme'] = theme
  root.dataset['mantineColorScheme'] = isDark(theme) ? 'dark' : 'light'
  const frame = getComputedStyle(root).getPropertyValue('--surface-frame').trim()
  const meta = document.querySelector('meta[name="theme-color"]')
  if (meta && frame) meta.setAttribute('content', frame)
}
