type Language = { name: string; sign: string }

const languages: Record<string, Language> = {
  python: { name: 'Python', sign: 'Py' },
  javascript: { name: 'JavaScript', sign: 'JS' },
  typescript: { name: 'TypeScript', sign: 'TS' },
  'c++': { name: 'C++', sign: 'C++' },
  cpp: { name: 'C++', sign: 'C++' },
  c: { name: 'C', sign: 'C' },
  java: { name: 'Java', sign: 'Jv' },
  bash: { name: 'Bash', sign: 'Sh' },
  go: { name: 'Go', sign: 'Go' },
  rust: { name: 'Rust', sign: 'Rs' },
}

/** How a language is called; one we do not know, by its own id with a capital. */
export function languageName(id: string): string {
  return languages[id]?.name ?? id.charAt(0).toUpperCase() + id.slice(1)
}

/** Two or three letters that stand for a language in lists. */
export function LanguageSign({ id }: { id: string }) {
  const name = languageName(id)
  return (
    <span className="lang" role="img" aria-label={name} title={name}>
      {languages[id]?.sign ?? name.slice(0, 2)}
    </span>
  )
}
