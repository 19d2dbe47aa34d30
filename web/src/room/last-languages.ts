/** The languages this device used last, the latest first. */
const storageKey = 'codencollab-languages'
const kept = 3

export function lastLanguages(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]')
    if (!Array.isArray(stored)) return []
    return stored.filter((entry): entry is string => typeof entry === 'string').slice(0, kept)
  } catch {
    return []
  }
}

export function rememberLanguage(language: string): void {
  const list = [language, ...lastLanguages().filter((entry) => entry !== language)].slice(0, kept)
  try {
    localStorage.setItem(storageKey, JSON.stringify(list))
  } catch {
    // Without storage the order of the list is the server's, and that is all.
  }
}
