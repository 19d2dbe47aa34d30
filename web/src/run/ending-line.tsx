import { languageName } from '../ui/language-sign'
import { useRoom, useRoomState } from '../room/room-context'
import { endingText, runText } from '../text/room'
import { Icon } from '../ui/icon'
import type { ExecutionResult } from '../contract/events'
import { endingOf } from './ending'
import type { RunState } from './run-state'

/** The sentence under the output: how it ended, and what to do where there is something to do. */
export function EndingLine({ state }: { state: Exclude<RunState, { phase: 'idle' }> }) {
  switch (state.phase) {
    case 'queued':
      return <span className="muted log-note">{endingText.queue(state.position)}</span>
    case 'running':
      return null
    case 'lost':
      return (
        <span className="end">
          <span className="state warn">
            <Icon name="warn" />
            {endingText.lost}
          </span>
          <Again label={runText.runAgain} />
        </span>
      )
    case 'finished':
      return <ResultEnding result={state.result} language={state.run.language} canRunAgain />
  }
}

type ResultEndingProps = { result: ExecutionResult; language: string; canRunAgain?: boolean }

export function ResultEnding({ result, language, canRunAgain = false }: ResultEndingProps) {
  const limits = useRoomState((state) => state.data.limits)
  const ending = endingOf(result, limits, languageName(language))
  return (
    <span className="end">
      <span className={`state ${ending.tone}`}>
        <Icon name={ending.icon} filled={ending.icon === 'stop'} />
        {ending.line}
      </span>
      {canRunAgain && ending.action === 'again' && <Again label={runText.tryAgain} />}
      {canRunAgain && ending.action === 'language' && (
        <button
          type="button"
          className="link"
          onClick={() => document.querySelector<HTMLElement>('.top .language')?.click()}
        >
          {runText.chooseLanguage}
        </button>
      )}
    </span>
  )
}

function Again({ label }: { label: string }) {
  const { run } = useRoom()
  const mayRun = useRoomState((state) => state.data.role !== 'viewer')
  if (!mayRun) return null
  return (
    <button type="button" className="link" onClick={() => void run.run()}>
      {label}
    </button>
  )
}
