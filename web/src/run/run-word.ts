import { runText } from '../text/room'
import type { RunState } from './run-state'

/** The run's state in a word, for where its output is not in sight; nothing while idle. */
export function runWord(run: RunState): string | undefined {
  switch (run.phase) {
    case 'idle':
      return undefined
    case 'queued':
      return runText.states.queued
    case 'running':
      return runText.states.running
    case 'finished':
      return run.result.failure === null ? runText.states.finished : runText.states.failed
    case 'lost':
      return runText.states.lost
  }
}
