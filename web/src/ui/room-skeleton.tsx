import { Mark } from './mark'
import './room-skeleton.css'
import { Bone } from './skeleton'

/** Indent and widths, in characters, of the lines of a file that is not there yet. */
const lines: readonly (readonly [indent: number, ...widths: number[]])[] = [
  [0, 34], [0, 26], [0], [0, 12], [0, 20, 14], [0], [0], [0, 24], [0, 10, 12], [4, 18, 8],
  [4, 14], [0], [4, 22, 30], [8, 16, 26, 12], [0], [0], [0, 12, 30, 18], [4, 34, 8], [4, 18, 12],
  [4, 14, 20], [8, 10, 28], [12, 18, 10], [12, 12, 30, 10], [8, 20], [4, 12], [0], [0],
  [0, 14, 30, 10], [4, 10, 24], [8, 12, 20, 8], [12, 16], [4, 10, 8], [0], [0], [0, 14, 20],
  [4, 18, 22], [0], [0, 20, 24], [0, 28, 12],
] // prettier-ignore

/** The room's layout without anything in it. Decoration: cannot be reached or read. */
export function RoomSkeleton({ late = false }: { late?: boolean }) {
  return (
    <div className={late ? 'ghost-room late' : 'ghost-room'} aria-hidden="true" inert>
      <div className="ghost-top">
        <Mark size={18} />
        <Bone width="160px" />
        <Bone width="64px" />
        <span className="grow" />
        <Bone width="96px" />
      </div>
      <div className="ghost-editor">
        {lines.map(([indent, ...widths], index) => (
          <div className="ghost-line" key={index} style={{ paddingLeft: `${indent}ch` }}>
            {widths.map((width, part) => (
              <Bone key={part} width={`${width}ch`} />
            ))}
          </div>
        ))}
      </div>
      <div className="ghost-pane">
        <div className="ghost-head" />
      </div>
      <div className="ghost-side">
        <div className="ghost-head" />
      </div>
      <div className="ghost-status" />
      <div className="ghost-bottom" />
    </div>
  )
}
