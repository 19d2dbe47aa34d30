import { icons } from './icons'
import type { IconName, IconPart } from './icons'

export type { IconName }

type IconProps = {
  name: IconName
  /** Play and stop only. */
  filled?: boolean
}

/** Decoration beside a word, or the face of a button that has a label of its own. */
export function Icon({ name, filled = false }: IconProps) {
  const parts: readonly IconPart[] = icons[name]
  return (
    <svg className={filled ? 'i fill' : 'i'} viewBox="0 0 16 16" aria-hidden="true">
      {parts.map((part, index) => (
        <Part key={index} part={part} />
      ))}
    </svg>
  )
}

function Part({ part }: { part: IconPart }) {
  if ('path' in part) return <path d={part.path} strokeWidth={part.strokeWidth} />
  if ('circle' in part) {
    const [cx, cy, r] = part.circle
    return <circle cx={cx} cy={cy} r={r} strokeDasharray={part.dash} />
  }
  const [x, y, width, height, rx] = part.rect
  return <rect x={x} y={y} width={width} height={height} rx={rx} />
}
