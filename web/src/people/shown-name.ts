/** Names come from strangers: drawn as text only, on one line, without what turns text around. */
const unwanted = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** At most `max` characters, as a person counts them, then "…". */
export function shownName(name: string, max = 40): string {
  const line = name.replace(/\s+/gu, ' ').replace(unwanted, '').trim()
  const characters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment)
  if (characters.length <= max) return characters.join('') || '?'
  return `${characters.slice(0, max).join('')}…`
}
