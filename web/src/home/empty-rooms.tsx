import { common } from '../text/common'
import { homeText } from '../text/home'
import { Button, LinkButton } from '../ui/button'

const bars: readonly (readonly [x: number, y: number, width: number])[] = [
  [24, 60, 96],
  [40, 80, 150],
  [40, 100, 118],
  [56, 120, 92],
  [56, 140, 136],
  [40, 160, 60],
  [24, 200, 110],
  [40, 220, 84],
  [308, 60, 74],
  [308, 80, 96],
  [308, 100, 52],
]

/** The first home: one sentence and the action that fills the place. */
export function EmptyRooms({ making, onNewRoom }: { making: boolean; onNewRoom: () => void }) {
  return (
    <div className="empty">
      <div>
        <p>
          <strong>{homeText.emptyTitle}</strong> {homeText.emptyBody}
        </p>
        <div className="acts">
          <Button kind="main" icon="plus" busy={making} onClick={onNewRoom}>
            {common.newRoom}
          </Button>
          <LinkButton to="/practice">{common.practiceRoom}</LinkButton>
        </div>
      </div>
      <svg className="mini" viewBox="0 0 420 236" aria-hidden="true">
        <g stroke="var(--edge)">
          <path d="M.5 237V12.5a12 12 0 0 1 12-12H421V237z" fill="var(--surface-panel)" />
          <path d="M.5 237V36.5H421V237z" fill="var(--surface-work)" />
          <path d="M290.5 36.5V237H421V36.5z" fill="var(--surface-panel)" />
        </g>
        <g fill="var(--surface-selected)">
          {bars.map(([x, y, width]) => (
            <rect key={`${x} ${y}`} x={x} y={y} width={width} height="7" rx="3.5" />
          ))}
        </g>
        <g fill="var(--slot-1)">
          <rect x="160" y="94" width="2" height="19" />
          <path d="M160 82h28a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-28z" />
        </g>
        <g fill="var(--slot-2)">
          <rect x="194" y="134" width="2" height="19" />
          <path d="M194 122h28a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-28z" />
        </g>
      </svg>
    </div>
  )
}
