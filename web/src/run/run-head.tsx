import { slotOf } from '../room/room-data'
import { useRoomState } from '../room/room-context'
import { shownName } from '../people/shown-name'
import { formatBytes } from '../text/format'
import { runText } from '../text/room'
import { Avatar } from '../ui/avatar'
import { Icon } from '../ui/icon'
import { languageName } from '../ui/language-sign'
import type { ExecutionResult } from '../contract/events'
import { endingOf } from './ending'
import type { Ending } from './ending'
import type { Run, RunState } from './run-state'
import { formatLimit, formatSeconds } from './units'
import { useElapsed } from './use-elapsed'

type LiveOrOver = Exclude<RunState, { phase: 'idle' }>

/** Who ran what, how it stands, and what it took. */
export function RunHead({ state, lines }: { state: LiveOrOver; lines: number }) {
  return (
    <>
      <div className="run-head">
        <div className="who">
          <Runner run={state.run} />
          <StateWord state={state} />
        </div>
        <Metrics state={state} lines={lines} />
      </div>
      {state.phase === 'running' && <Progress since={state.since} />}
    </>
  )
}

export function Runner({ run }: { run: Run }) {
  const participants = useRoomState((state) => state.data.participants)
  const runner = participants.find(({ userId }) => userId === run.userId)
  const name = run.name === '' ? runText.somebody : shownName(run.name)
  const what = [languageName(run.language), run.version].filter(Boolean).join(' ')
  return (
    <>
      <Avatar name={name} slot={slotOf(runner ?? run)} />
      <span className="grow cut">
        <b>{name}</b>
        {run.language !== '' && <span className="muted"> {runText.ran(what)}</span>}
      </span>
    </>
  )
}

function StateWord({ state }: { state: LiveOrOver }) {
  const limits = useRoomState(({ data }) => data.limits)
  switch (state.phase) {
    case 'queued':
      return (
        <span className="state">
          <Icon name="queue" />
          {runText.states.queued}
        </span>
      )
    case 'running':
      return (
        <span className="state info">
          <Icon name="play" />
          {runText.states.running}
        </span>
      )
    case 'lost':
      return (
        <span className="state warn">
          <Icon name="warn" />
          {runText.states.lost}
        </span>
      )
    case 'finished':
      return (
        <EndingWord ending={endingOf(state.result, limits, languageName(state.run.language))} />
      )
  }
}

export function EndingWord({ ending }: { ending: Ending }) {
  return (
    <span className={`state ${ending.tone}`}>
      <Icon name={ending.icon} filled={ending.icon === 'stop'} />
      {ending.word}
    </span>
  )
}

function Metrics({ state, lines }: { state: LiveOrOver; lines: number }) {
  const { metrics } = runText
  switch (state.phase) {
    case 'queued':
      return (
        <dl className="metrics">
          <Metric name={metrics.waiting} value={<Elapsed since={state.since} />} />
          <Metric name={metrics.before} value={state.position} />
        </dl>
      )
    case 'running':
      return (
        <dl className="metrics">
          <Metric name={metrics.time} value={<Elapsed since={state.since} />} />
          <Metric name={metrics.lines} value={lines} />
        </dl>
      )
    case 'finished':
      return <ResultMetrics result={state.result} />
    case 'lost':
      return null
  }
}

export function ResultMetrics({ result }: { result: ExecutionResult }) {
  const { metrics } = runText
  const { exit_code, wall_time_ms, cpu_time_ms, memory_bytes } = result
  return (
    <dl className="metrics">
      <Metric name={metrics.exit} value={exit_code ?? '–'} />
      {wall_time_ms !== null && (
        <Metric name={metrics.time} value={`${formatSeconds(wall_time_ms, 2)} s`} />
      )}
      {cpu_time_ms !== null && (
        <Metric name={metrics.cpu} value={`${formatSeconds(cpu_time_ms, 2)} s`} />
      )}
      {memory_bytes !== null && memory_bytes > 0 && (
        <Metric name={metrics.memory} value={formatBytes(memory_bytes)} />
      )}
    </dl>
  )
}

function Metric({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Elapsed({ since }: { since: number }) {
  const offset = useRoomState((state) => state.data.clockOffset)
  const elapsed = useElapsed(since, offset)
  return <>{formatSeconds(elapsed, 1)} s</>
}

/** How much of the time that a run may take is used. */
function Progress({ since }: { since: number }) {
  const { run_wall_ms, run_interactive_wall_ms } = useRoomState((state) => state.data.limits)
  const offset = useRoomState((state) => state.data.clockOffset)
  const elapsed = useElapsed(since, offset)
  const limit = run_interactive_wall_ms ?? run_wall_ms
  // A run that takes longer has a limit that this client was not told of.
  if (limit === undefined || elapsed > limit) return null
  const percent = Math.min(100, Math.round((elapsed / limit) * 100))
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={runText.progress(formatLimit(limit))}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  )
}
