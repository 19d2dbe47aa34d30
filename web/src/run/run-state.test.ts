import { describe, expect, test } from 'vitest'
import type { ExecutionOutput, ExecutionResult } from '../contract/events'
import { idleRun, reduceRun } from './run-state'
import type { RunEvent, RunState } from './run-state'

const run = { run_id: 'r1', userId: 'u1', name: 'Ada', language: 'python', version: '3.12.4' }
const output = (seq: number, data = `${seq}\n`, run_id = 'r1'): ExecutionOutput => ({
  run_id,
  seq,
  stream: 'stdout',
  data,
})
const result = (run_id = 'r1'): ExecutionResult => ({
  run_id,
  output: '',
  stdout: '',
  stderr: '',
  compile_output: '',
  exit_code: 0,
  signal: null,
  failure: null,
  message: null,
  truncated: false,
  wall_time_ms: 1,
  cpu_time_ms: 1,
  memory_bytes: 1,
})
const after = (...events: RunEvent[]): RunState => events.reduce(reduceRun, idleRun)
const started: RunEvent = { type: 'started', event: run, at: 1_000 }

describe('the run’s state', () => {
  test('goes from idle over running to finished', () => {
    expect(after(started)).toEqual({ phase: 'running', run, output: [], since: 1_000 })
    const done = after(
      started,
      { type: 'output', event: output(0) },
      { type: 'result', event: result() },
    )
    expect(done).toEqual({ phase: 'finished', run, output: [output(0)], result: result() })
  })

  test('waits in the queue, moves up, and starts', () => {
    const queued = after(
      { type: 'queued', event: { run_id: 'r1', position: 2 }, at: 5 },
      { type: 'queued', event: { run_id: 'r1', position: 1 }, at: 9 },
    )
    expect(queued).toMatchObject({ phase: 'queued', position: 1, since: 5 })
    expect(reduceRun(queued, started).phase).toBe('running')
  })

  test('a run that was told of before it was queued keeps who started it', () => {
    const queued = after(started, {
      type: 'queued',
      event: { run_id: 'r1', position: 0 },
      at: 2,
    })
    expect(queued).toMatchObject({ phase: 'queued', run: { name: 'Ada' } })
  })

  test('ignores what belongs to an earlier run, and what it has already', () => {
    const state = after(started, { type: 'output', event: output(0) })
    expect(reduceRun(state, { type: 'output', event: output(7, 'x', 'r0') })).toBe(state)
    expect(reduceRun(state, { type: 'output', event: output(0) })).toBe(state)
    expect(reduceRun(state, { type: 'result', event: result('r0') })).toBe(state)
    expect(reduceRun(idleRun, { type: 'result', event: result() })).toBe(idleRun)
  })

  test('a second result of the same run changes nothing', () => {
    const done = after(started, { type: 'result', event: result() })
    expect(reduceRun(done, { type: 'result', event: result() })).toBe(done)
  })

  test('joining shows the run that goes on, from when the server says it started', () => {
    const started_at = '2026-11-24T14:00:00.000Z'
    const state = after({
      type: 'joined',
      run: { ...run, started_at, state: 'running', output: [output(0)] },
      at: 99,
    })
    expect(state).toMatchObject({ phase: 'running', since: Date.parse(started_at) })
  })

  test('a run that the server has forgotten is lost, unless its result was here already', () => {
    expect(after(started, { type: 'joined', run: undefined, at: 2 }).phase).toBe('lost')
    const done = after(started, { type: 'result', event: result() })
    expect(reduceRun(done, { type: 'joined', run: undefined, at: 2 })).toBe(done)
  })

  test('a lost run whose result comes after all is finished', () => {
    const lost = after(started, { type: 'lost', run_id: 'r1' })
    expect(reduceRun(lost, { type: 'result', event: result() }).phase).toBe('finished')
  })
})
