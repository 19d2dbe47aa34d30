import { expect, test } from 'vitest'
import type { ExecutionResult, RoomLimits } from '../contract/events'
import { endingOf } from './ending'

const limits: RoomLimits = {
  run_wall_ms: 10_000,
  run_interactive_wall_ms: 300_000,
  run_cpu_ms: 3_000,
  run_memory_bytes: 268_435_456,
  run_output_bytes: 1_048_576,
}
const result = (some: Partial<ExecutionResult>): ExecutionResult => ({
  run_id: 'r',
  output: '',
  stdout: '',
  stderr: '',
  compile_output: '',
  exit_code: null,
  signal: null,
  failure: null,
  message: null,
  truncated: false,
  wall_time_ms: 421,
  cpu_time_ms: 60,
  memory_bytes: 1,
  ...some,
})

test.each<[string, Partial<ExecutionResult>]>([
  ['Finished in 0.4 s', { exit_code: 0 }],
  ['Ended with exit code 3', { exit_code: 3, failure: 'runtime_error' }],
  ['Crashed: segmentation fault (SIGSEGV)', { signal: 'SIGSEGV', failure: 'runtime_error' }],
  ['Crashed: SIGUSR1', { signal: 'SIGUSR1' }],
  ['Did not compile. See the messages above.', { failure: 'compile_error', exit_code: 1 }],
  ['Stopped: it ran longer than 10 s.', { failure: 'timeout', wall_time_ms: 10_002 }],
  ['Stopped: it ran longer than 5 min.', { failure: 'timeout', wall_time_ms: 300_100 }],
  [
    'Stopped: it used more than 3 s of processor time.',
    { failure: 'timeout', wall_time_ms: 3_100, cpu_time_ms: 3_001 },
  ],
  ['Stopped: it ran longer than a run may.', { failure: 'timeout', wall_time_ms: null }],
  ['Stopped: it needed more than 256 MB of memory.', { failure: 'out_of_memory' }],
  [
    'Stopped: it printed more than 1 MB. The beginning is shown.',
    { failure: 'output_limit', truncated: true },
  ],
  ['Stopped by Ada', { failure: 'killed', message: 'Stopped by Ada.' }],
  ['Stopped', { failure: 'killed' }],
  [
    'No runner is free at the moment. Nothing is wrong with your code.',
    { failure: 'sandbox_unavailable' },
  ],
  ['This server cannot run Kotlin.', { failure: 'unsupported_language' }],
  [
    'The runner failed, not your code. Run again; the server has noted it.',
    { failure: 'internal' },
  ],
])('%s', (line, some) => {
  expect(endingOf(result(some), limits, 'Kotlin').line).toBe(line)
})

test('a sentence does without a limit that the server did not tell', () => {
  expect(endingOf(result({ failure: 'out_of_memory' }), {}, '').line).toBe(
    'Stopped: it needed more memory than a run may have.',
  )
})
