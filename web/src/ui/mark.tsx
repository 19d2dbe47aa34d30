/** The two carets of the logo. Each is the other one turned by half a circle. */
export const upperCaret = 'M2 1h5.5A1.5 1.5 0 0 1 9 2.5v2A1.5 1.5 0 0 1 7.5 6H4v9H2z'
export const lowerCaret = 'M14 15H8.5A1.5 1.5 0 0 1 7 13.5v-2A1.5 1.5 0 0 1 8.5 10H12V1h2z'

export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path fill="var(--slot-1)" d={upperCaret} />
      <path fill="var(--slot-2)" d={lowerCaret} />
    </svg>
  )
}
