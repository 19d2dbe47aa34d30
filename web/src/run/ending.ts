/** How a run ended, in one sentence and one word; limits in it are the server's. Pure. */
import type { ExecutionResult, RoomLimits } from '../contract/events'
import { shownName } from '../people/shown-name'
import { formatBytes } from '../text/format'
import { endingText, runText } from '../text/room'
import type { IconName } from '../ui/icon'
import { formatLimit, formatSeconds } from './units'

export interface Ending {
  tone: 'ok' | 'bad' | 'warn' | 'muted'
  icon: IconName
  /** For the head of the run and the list of runs. */
  word: string
  /** For the line under the output. */
  line: string
  action?: 'again' | 'language'
}

export function endingOf(
  result: ExecutionResult,
  limits: RoomLimits,
  languageName: string,
): Ending {
  const { states } = runText
  switch (result.failure) {
    case 'compile_error':
      return bad(states.compile_error, endingText.compile)
    case 'timeout':
      return {
        tone: 'warn',
        icon: 'clock',
        word: states.timeout,
        line: timeoutLine(result, limits),
      }
    case 'out_of_memory': {
      const limit = limits.run_memory_bytes
      const line =
        limit === undefined ? endingText.memoryUnknown : endingText.memory(formatBytes(limit))
      return { tone: 'warn', icon: 'warn', word: states.out_of_memory, line }
    }
    case 'output_limit': {
      const limit = limits.run_output_bytes
      const line =
        limit === undefined ? endingText.outputUnknown : endingText.outputLimit(formatBytes(limit))
      return { tone: 'warn', icon: 'warn', word: states.output_limit, line }
    }
    case 'killed':
      return { tone: 'muted', icon: 'stop', word: states.killed, line: killedLine(result) }
    case 'sandbox_unavailable':
      return { ...warn(states.unavailable, endingText.noRunner), action: 'again' }
    case 'unsupported_language':
      return {
        ...warn(states.unavailable, endingText.unsupported(languageName)),
        action: 'language',
      }
    case 'internal':
      return { ...warn(states.failed, endingText.internal), action: 'again' }
    case 'runtime_error':
    case null:
      return programEnd(result)
  }
}

function programEnd({ signal, exit_code, wall_time_ms, failure }: ExecutionResult): Ending {
  const { states } = runText
  if (signal !== null) {
    const name = endingText.signals[signal]
    return bad(
      states.crashed,
      name === undefined ? endingText.crashed(signal) : endingText.signal(name, signal),
    )
  }
  if (exit_code !== null && exit_code !== 0)
    return bad(runText.exitCode(exit_code), endingText.exit(exit_code))
  if (failure === 'runtime_error') return bad(states.failed, endingText.internal)
  const line = endingText.finished(formatSeconds(wall_time_ms ?? 0, 1))
  return { tone: 'ok', icon: 'check', word: states.finished, line }
}

/** Processor time and time on the clock have limits of their own; which one was it? */
function timeoutLine({ wall_time_ms, cpu_time_ms }: ExecutionResult, limits: RoomLimits): string {
  const { run_wall_ms, run_interactive_wall_ms, run_cpu_ms } = limits
  const walls = [run_wall_ms, run_interactive_wall_ms].filter((limit) => limit !== undefined)
  const wall = wall_time_ms ?? 0
  const reached = walls.filter((limit) => wall >= limit * 0.95).sort((a, b) => b - a)[0]
  const usedCpu = run_cpu_ms !== undefined && (cpu_time_ms ?? 0) >= run_cpu_ms * 0.9
  if (usedCpu) return endingText.timeoutCpu(formatLimit(run_cpu_ms))
  if (reached !== undefined) return endingText.timeoutWall(formatLimit(reached))
  return endingText.timeout
}

function killedLine({ message }: ExecutionResult): string {
  const by = /\bby (?<name>.+?)\.?$/.exec(message ?? '')?.groups?.['name']
  return by === undefined ? endingText.killed : endingText.killedBy(shownName(by))
}

function bad(word: string, line: string): Ending {
  return { tone: 'bad', icon: 'cross', word, line }
}

function warn(word: string, line: string): Ending {
  return { tone: 'warn', icon: 'warn', word, line }
}
