import { lowerCaret, upperCaret } from '../ui/mark'

/** The mark with one flag dashed says who is missing; both, that the room is. */
export function Sign({ missing }: { missing: 'upper' | 'lower' | 'both' }) {
  const upper = missing === 'lower' ? 'solid' : 'ghost'
  const lower = missing === 'upper' ? 'solid' : 'ghost'
  return (
    <svg className="sign" viewBox="1.75 .75 14 14.5" aria-hidden="true">
      <path className={upper} d={upperCaret} />
      <path className={lower} d={lowerCaret} />
    </svg>
  )
}
