/** What the room's run is doing, as a state machine: each phase has the fields that exist in it. */
import type {
  ExecutionOutput,
  ExecutionQueued,
  ExecutionResult,
  ExecutionStarted,
  RoomRun,
} from '../contract/events'

export type Run = ExecutionStarted

export type RunState =
  | { phase: 'idle' }
  | { phase: 'queued'; run: Run; position: number; since: number }
  | { phase: 'running'; run: Run; output: readonly ExecutionOutput[]; since: number }
  | { phase: 'finished'; run: Run; output: readonly ExecutionOutput[]; result: ExecutionResult }
  /** The server knows nothing more of it: it was restarted meanwhile. */
  | { phase: 'lost'; run: Run; output: readonly ExecutionOutput[] }

/** `at` and `since` are milliseconds of the server's clock. */
export type RunEvent =
  | { type: 'queued'; event: ExecutionQueued; at: number }
  | { type: 'started'; event: ExecutionStarted; at: number }
  | { type: 'output'; event: ExecutionOutput }
  | { type: 'result'; event: ExecutionResult }
  | { type: 'joined'; run: RoomRun | undefined; at: number }
  | { type: 'lost'; run_id: string }

export const idleRun: RunState = { phase: 'idle' }

/** Pure. Events of an earlier run arrive late after a reconnect; they are ignored. */
export function reduceRun(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'queued':
      return reduceQueued(state, event.event, event.at)
    case 'started': {
      const since = startOf(event.event, event.at)
      return { phase: 'running', run: event.event, output: [], since }
    }
    case 'output':
      if (state.phase !== 'running' || state.run.run_id !== event.event.run_id) return state
      if (event.event.seq <= (state.output.at(-1)?.seq ?? -1)) return state
      return { ...state, output: [...state.output, event.event] }
    case 'result':
      return reduceResult(state, event.event)
    case 'joined':
      return reduceJoined(state, event.run, event.at)
    case 'lost':
      return isLive(state) && state.run.run_id === event.run_id
        ? { phase: 'lost', run: state.run, output: outputOf(state) }
        : state
  }
}

function reduceQueued(state: RunState, event: ExecutionQueued, at: number): RunState {
  const { run_id, position } = event
  if (state.phase === 'queued' && state.run.run_id === run_id) return { ...state, position }
  const known = state.phase !== 'idle' && state.run.run_id === run_id
  if (known && state.phase !== 'running') return state
  const run = known ? state.run : { run_id, userId: '', name: '', language: '', version: '' }
  return { phase: 'queued', run, position, since: at }
}

function reduceResult(state: RunState, result: ExecutionResult): RunState {
  if (!isLive(state) && state.phase !== 'lost') return state
  if (state.run.run_id !== result.run_id) return state
  return { phase: 'finished', run: state.run, output: outputOf(state), result }
}

function reduceJoined(state: RunState, run: RoomRun | undefined, at: number): RunState {
  if (!run) {
    return isLive(state) ? { phase: 'lost', run: state.run, output: outputOf(state) } : state
  }
  const { output, result, position, state: phase, ...about } = run
  if (result) return { phase: 'finished', run: about, output, result }
  if (phase === 'queued') {
    return { phase: 'queued', run: about, position: position ?? 0, since: startOf(about, at) }
  }
  if (phase === 'finished') return { phase: 'lost', run: about, output }
  const known = state.phase === 'running' && state.run.run_id === run.run_id
  return {
    phase: 'running',
    run: about,
    output: known && state.output.length > output.length ? state.output : output,
    since: known ? state.since : startOf(about, at),
  }
}

function startOf(run: Run, at: number): number {
  const started = Date.parse(run.started_at ?? '')
  return Number.isNaN(started) ? at : started
}

/** Whether a program is running or waits to. */
export function isLive(
  state: RunState,
): state is Extract<RunState, { phase: 'queued' | 'running' }> {
  return state.phase === 'queued' || state.phase === 'running'
}

export function outputOf(state: RunState): readonly ExecutionOutput[] {
  return state.phase === 'idle' || state.phase === 'queued' ? [] : state.output
}
