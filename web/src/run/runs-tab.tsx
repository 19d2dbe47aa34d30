import { useEffect, useMemo, useState } from 'react'
import { listRuns } from '../api/rooms'
import type { ExecutionOutput, ExecutionResult } from '../contract/events'
import type { PastRun } from '../contract/rest'
import { useRoom, useRoomState } from '../room/room-context'
import { slotOf } from '../room/room-data'
import { shownName } from '../people/shown-name'
import { formatTime } from '../text/format'
import { runText } from '../text/room'
import { Avatar } from '../ui/avatar'
import { Button } from '../ui/button'
import { Icon } from '../ui/icon'
import { languageName } from '../ui/language-sign'
import { Bone } from '../ui/skeleton'
import { endingOf } from './ending'
import { ResultEnding } from './ending-line'
import { LogView } from './log-view'
import { EndingWord, ResultMetrics, Runner } from './run-head'
import { readLog } from './run-log'
import { formatSeconds } from './units'

type Loaded = { runs: readonly PastRun[] } | 'failed' | undefined

/** The room's runs, newest first; the chosen one with its output below. */
export function RunsTab() {
  const { session } = useRoom()
  const phase = useRoomState(({ data }) => data.run.phase)
  const [loaded, setLoaded] = useState<Loaded>()
  const [attempt, setAttempt] = useState(0)
  const [chosen, setChosen] = useState<string>()

  useEffect(() => {
    let isGone = false
    void listRuns(session.roomId).then((result) => {
      if (!isGone) setLoaded(result.ok ? result.value : 'failed')
    })
    return () => {
      isGone = true
    }
    // A run that begins or ends is news for the list.
  }, [session, attempt, phase])

  if (loaded === undefined) {
    return (
      <div className="prepared late">
        <Bone width="60%" />
        <Bone width="70%" />
      </div>
    )
  }
  if (loaded === 'failed') {
    return (
      <div className="prepared">
        <p>{runText.runsFailed}</p>
        <Button size="xs" onClick={() => setAttempt(attempt + 1)}>
          {runText.tryAgain}
        </Button>
      </div>
    )
  }
  if (loaded.runs.length === 0) return <p className="muted prepared">{runText.runsEmpty}</p>
  const current = loaded.runs.find(({ run_id }) => run_id === chosen) ?? loaded.runs[0]
  return (
    <>
      <div className="scroll">
        <ol className="runs" aria-label={runText.runsList}>
          {loaded.runs.map((run) => (
            <li key={run.run_id} aria-current={run === current}>
              <button type="button" onClick={() => setChosen(run.run_id)}>
                <RunRow run={run} />
              </button>
            </li>
          ))}
        </ol>
      </div>
      {current?.result && <Detail run={current} result={current.result} />}
    </>
  )
}

function whoRan(run: PastRun): string {
  return run.userId ?? run.user_id ?? ''
}

function RunRow({ run }: { run: PastRun }) {
  const participants = useRoomState(({ data }) => data.participants)
  const limits = useRoomState(({ data }) => data.limits)
  const userId = whoRan(run)
  const runner = participants.find((participant) => participant.userId === userId)
  const at = new Date(run.started_at ?? run.created_at ?? '')
  const language = languageName(run.language)
  const { result } = run
  return (
    <>
      <span className="muted">{Number.isNaN(at.getTime()) ? '' : formatTime(at)}</span>
      <Avatar name={run.name || '?'} slot={slotOf(runner ?? { userId })} />
      <span className="cut">
        <span className="sr">{shownName(run.name)}, </span>
        {result ? (
          <EndingWord ending={endingOf(result, limits, language)} />
        ) : (
          <span className="state info">
            <Icon name="play" />
            {runText.states.running}
          </span>
        )}
      </span>
      <span className="muted">{language}</span>
      <span className="dur">
        {result?.wall_time_ms != null && `${formatSeconds(result.wall_time_ms, 1)} s`}
      </span>
    </>
  )
}

function Detail({ run, result }: { run: PastRun; result: ExecutionResult }) {
  const limits = useRoomState(({ data }) => data.limits)
  const log = useMemo(() => readLog(outputOf(result)), [result])
  const about = {
    run_id: run.run_id,
    userId: whoRan(run),
    name: run.name,
    language: run.language,
    version: run.version,
  }
  return (
    <div className="run-detail">
      <div className="run-head">
        <div className="who">
          <Runner run={about} />
          <EndingWord ending={endingOf(result, limits, languageName(run.language))} />
        </div>
        <ResultMetrics result={result} />
      </div>
      <LogView log={log} label={runText.outputOf}>
        <ResultEnding result={result} language={run.language} />
      </LogView>
    </div>
  )
}

/** A stored result keeps its streams apart; the order between them is gone. */
function outputOf({ run_id, compile_output, stdout, stderr }: ExecutionResult): ExecutionOutput[] {
  const streams = [
    ['compile', compile_output],
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const
  return streams
    .filter(([, data]) => data !== '')
    .map(([stream, data], seq) => ({ run_id, seq, stream, data }))
}
