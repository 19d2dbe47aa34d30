import { useId } from 'react'
import { downloadText } from '../room/download'
import { useRoom, useRoomState, useRoomUi, useRunState } from '../room/room-context'
import type { OutputTab } from '../room/room-context'
import { runText } from '../text/room'
import { Button, IconButton } from '../ui/button'
import { shownName } from '../people/shown-name'
import { ProblemLine } from '../ui/field'
import { EndingLine } from './ending-line'
import { InputLine } from './input-line'
import { LogView } from './log-view'
import { RunHead } from './run-head'
import { RunsTab } from './runs-tab'
import { isLive, outputOf } from './run-state'
import type { RunProblem } from './run-controller'
import './run.css'

const tabs: readonly { tab: OutputTab; label: string }[] = [
  { tab: 'output', label: runText.output },
  { tab: 'input', label: runText.input },
  { tab: 'runs', label: runText.runs },
]

export function OutputPane() {
  const id = useId()
  const { session } = useRoom()
  const { outputTab, setOutputTab } = useRoomUi()
  const hasOutput = useRoomState((state) => outputOf(state.data.run).length > 0)
  return (
    <section className="pane output" aria-label={runText.output} id="output-pane" tabIndex={-1}>
      <div className="pane-head">
        <div className="tabs" role="tablist" aria-label={runText.panels}>
          {tabs.map(({ tab, label }) => (
            <button
              key={tab}
              type="button"
              className="tab"
              role="tab"
              id={`${id}-${tab}`}
              aria-selected={tab === outputTab}
              aria-controls={`${id}-panel`}
              tabIndex={tab === outputTab ? 0 : -1}
              onClick={() => setOutputTab(tab)}
              onKeyDown={(event) => moveTab(event, outputTab, setOutputTab)}
            >
              {label}
            </button>
          ))}
        </div>
        <span className="grow" />
        {hasOutput && (
          <IconButton
            icon="download"
            label={runText.downloadAll}
            tiny
            onClick={() => {
              const output = outputOf(session.getState().data.run)
              downloadText('output.txt', output.map(({ data }) => data).join(''))
            }}
          />
        )}
      </div>
      <div
        id={`${id}-panel`}
        className="tab-panel"
        role="tabpanel"
        aria-labelledby={`${id}-${outputTab}`}
      >
        {outputTab === 'output' && <CurrentRun />}
        {outputTab === 'input' && <PreparedInput />}
        {outputTab === 'runs' && <RunsTab />}
      </div>
    </section>
  )
}

function moveTab(
  event: React.KeyboardEvent<HTMLElement>,
  current: OutputTab,
  choose: (tab: OutputTab) => void,
): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  if (step === 0) return
  event.preventDefault()
  const index = tabs.findIndex(({ tab }) => tab === current)
  const next = (index + step + tabs.length) % tabs.length
  const target = tabs[next]
  if (!target) return
  choose(target.tab)
  const buttons = event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[role="tab"]')
  buttons?.[next]?.focus()
}

function CurrentRun() {
  const state = useRoomState(({ data }) => data.run)
  const mayType = useRoomState(({ data }) => data.role !== 'viewer')
  const log = useRunState((run) => run.log)
  const problem = useRunState((run) => run.problem)
  if (state.phase === 'idle') {
    return (
      <>
        {problem && <Problem problem={problem} />}
        <div className="log">
          <span className="log-note faint">{runText.empty}</span>
        </div>
      </>
    )
  }
  return (
    <>
      <RunHead state={state} lines={log.lines.length + log.dropped} />
      {problem && <Problem problem={problem} />}
      <LogView log={log} label={runText.outputOf}>
        <EndingLine state={state} />
      </LogView>
      {mayType && state.phase === 'running' && <InputLine key={state.run.run_id} />}
    </>
  )
}

/** Why a run did not start, and what to do. */
function Problem({ problem }: { problem: RunProblem }) {
  const { run } = useRoom()
  if (problem.kind === 'too-many') return null
  const isBusy = problem.kind === 'in-progress'
  return (
    <div className="run-problem">
      <ProblemLine>{problemText(problem)}</ProblemLine>
      <Button size="xs" onClick={() => void (isBusy ? run.stopAndRun() : run.run())}>
        {isBusy ? runText.stopAndRun : runText.tryAgain}
      </Button>
      <IconButton icon="close" label={runText.dismiss} tiny onClick={() => run.dismiss()} />
    </div>
  )
}

function problemText(problem: Exclude<RunProblem, { kind: 'too-many' }>): string {
  switch (problem.kind) {
    case 'in-progress':
      return runText.stillGoing(problem.name === '' ? runText.somebody : shownName(problem.name))
    case 'unsent':
      return runText.unsent
    case 'failed':
      return problem.message || runText.failed
  }
}

function PreparedInput() {
  const { run } = useRoom()
  const { preparedInput, setPreparedInput, setOutputTab } = useRoomUi()
  const isRunning = useRoomState((state) => isLive(state.data.run))
  const mayRun = useRoomState((state) => state.data.role !== 'viewer')
  return (
    <div className="prepared">
      <p className="muted">{runText.inputEmpty}</p>
      <textarea
        aria-label={runText.preparedInput}
        spellCheck={false}
        value={preparedInput}
        onChange={(event) => setPreparedInput(event.target.value)}
      />
      <Button
        size="xs"
        icon="play"
        unavailable={
          mayRun ? (isRunning ? runText.stillRunning : undefined) : runText.viewersCannot
        }
        onClick={() => {
          setOutputTab('output')
          void run.run(preparedInput)
        }}
      >
        {runText.runWithThis}
      </Button>
    </div>
  )
}
