/** The eight fixed colours of people; a number from outside is brought into 1…8. */
export function slotClass(slot: number): string {
  const index = Number.isFinite(slot) ? (((Math.trunc(slot) - 1) % 8) + 8) % 8 : 0
  return `s${index + 1}`
}

/** The first letter as a person reads it, whole emoji and accents included. */
export function initial(name: string): string {
  const segments = new Intl.Segmenter().segment(name.trim())
  const first = segments[Symbol.iterator]().next()
  return first.done ? '?' : first.value.segment.toLocaleUpperCase()
}

type AvatarProps = {
  name: string
  /** 1…8, from the server. */
  slot: number
  away?: boolean
  size?: 'md' | 'lg'
}

/** A person is a flag. Decoration: the name stands beside it, seen or for screen readers. */
export function Avatar({ name, slot, away = false, size = 'md' }: AvatarProps) {
  const classes = ['flagged', slotClass(slot)]
  if (size === 'lg') classes.push('lg')
  if (away) classes.push('away')
  return (
    <span className={classes.join(' ')} aria-hidden="true">
      {initial(name)}
    </span>
  )
}
