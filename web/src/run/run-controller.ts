/**
 * Starting, stopping and feeding the room's run; and asking for a result that does not come.
 * Plain TypeScript: panels draw `getState`, and the log for as long as they are there.
 */
import type { ApiResult } from '../api/http'
import type { ExecutionResult, RoomLimits } from '../contract/events'
import type { PastRun, RunAnswer, RunBody } from '../contract/rest'
import type { Ack } from '../contract/parse'
import type { RoomSession } from '../room/room-session'
import { serverTime } from '../room/room-data'
import { RunLog } from './run-log'
import type { LogState } from './run-log'
import { isLive, outputOf } from './run-state'

export type RunProblem =
  /** Somebody's run is in the way. */
  | { kind: 'in-progress'; name: string; input?: string }
  /** `until` is milliseconds of this device's clock. */
  | { kind: 'too-many'; until: number }
  | { kind: 'unsent' }
  | { kind: 'failed'; message: string }

export interface RunControllerState {
  isStarting: boolean
  problem: RunProblem | undefined
  log: LogState
}

export interface RunApi {
  start: (body: RunBody, idempotencyKey: string) => Promise<ApiResult<RunAnswer>>
  stop: (runId: string) => Promise<ApiResult<undefined>>
  list: () => Promise<ApiResult<{ runs: PastRun[] }>>
  newKey: () => string
}

const flushTimeoutMs = 5_000
const patienceMs = 5_000
const askAgainMs = 10_000
/** Output may come hundreds of times a second; nobody reads faster than this. */
const drawEveryMs = 50
const stopWaitMs = 5_000

const emptyLog: LogState = { lines: [], dropped: 0 }

export class RunController {
  private state: RunControllerState = { isStarting: false, problem: undefined, log: emptyLog }
  private readonly listeners = new Set<() => void>()
  private readonly unsubscribe: () => void
  private log = new RunLog()
  private shown: { runId: string | undefined; events: number } = { runId: undefined, events: 0 }
  private drawTimer: ReturnType<typeof setTimeout> | undefined
  private watchTimer: ReturnType<typeof setTimeout> | undefined
  private problemTimer: ReturnType<typeof setTimeout> | undefined
  private watched: string | undefined
  private readonly endWaiters = new Set<() => void>()

  constructor(
    private readonly session: RoomSession,
    private readonly api: RunApi,
  ) {
    this.unsubscribe = session.subscribe(() => this.follow())
    this.follow()
  }

  readonly getState = (): RunControllerState => this.state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Runs the room's code. With `input` the program reads that and then the end of input. */
  async run(input?: string): Promise<void> {
    if (this.state.isStarting) return
    const { run } = this.session.getState().data
    if (isLive(run)) {
      this.fail({
        kind: 'in-progress',
        name: run.run.name,
        ...(input === undefined ? {} : { input }),
      })
      return
    }
    this.set({ isStarting: true, problem: undefined })
    await this.start(input)
    this.set({ isStarting: false })
  }

  async stop(): Promise<ApiResult<undefined>> {
    const { run } = this.session.getState().data
    if (!isLive(run)) return { ok: true, value: undefined }
    const result = await this.api.stop(run.run.run_id)
    // A run that is over already is as good as stopped.
    const isOver = !result.ok && (result.error.status === 404 || result.error.status === 409)
    return isOver ? { ok: true, value: undefined } : result
  }

  async stopAndRun(): Promise<void> {
    const { problem } = this.state
    this.set({ problem: undefined, isStarting: true })
    const stopped = await this.stop()
    if (stopped.ok) await this.ended()
    this.set({ isStarting: false })
    await this.run(problem?.kind === 'in-progress' ? problem.input : undefined)
  }

  sendInput(data: string, eof: boolean): Promise<Ack> {
    const { run } = this.session.getState().data
    if (!isLive(run))
      return Promise.resolve({ ok: false, error: { code: 'run_not_found', message: '' } })
    return this.session.sendInput(run.run.run_id, data, eof)
  }

  dismiss(): void {
    this.set({ problem: undefined })
  }

  dispose(): void {
    this.unsubscribe()
    for (const timer of [this.drawTimer, this.watchTimer, this.problemTimer]) clearTimeout(timer)
    this.listeners.clear()
  }

  private async start(input: string | undefined): Promise<void> {
    // What is run is what the server has: first what is on this screen has to be there.
    if (!(await this.session.settled(flushTimeoutMs))) {
      this.fail({ kind: 'unsent' })
      return
    }
    const { language } = this.session.getState().data
    const body: RunBody =
      input === undefined ? { language, interactive: true } : { language, stdin: input }
    const result = await this.api.start(body, this.api.newKey())
    if (result.ok) return
    const { code, message, status, retryAfter } = result.error
    if (code === 'run_in_progress') this.fail(this.inProgress(input))
    else if (status === 429) this.failFor((retryAfter ?? 6) * 1000)
    else this.fail({ kind: 'failed', message })
  }

  private inProgress(input: string | undefined): RunProblem {
    const { run } = this.session.getState().data
    const name = run.phase === 'idle' ? '' : run.run.name
    return { kind: 'in-progress', name, ...(input === undefined ? {} : { input }) }
  }

  private failFor(ms: number): void {
    this.fail({ kind: 'too-many', until: Date.now() + ms })
    clearTimeout(this.problemTimer)
    this.problemTimer = setTimeout(() => {
      if (this.state.problem?.kind === 'too-many') this.dismiss()
    }, ms)
  }

  /** Resolves when the run that goes on has ended, or after a while. */
  private ended(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.endWaiters.delete(check)
        resolve()
      }
      const check = () => {
        if (!isLive(this.session.getState().data.run)) done()
      }
      const timer = setTimeout(done, stopWaitMs)
      this.endWaiters.add(check)
      check()
    })
  }

  private follow(): void {
    const { run } = this.session.getState().data
    const output = outputOf(run)
    const runId = run.phase === 'idle' ? undefined : run.run.run_id
    if (runId !== this.shown.runId || output.length < this.shown.events) {
      this.log = new RunLog()
      this.shown = { runId, events: 0 }
      this.draw()
    }
    if (output.length > this.shown.events) {
      for (const event of output.slice(this.shown.events)) this.log.append(event)
      this.shown.events = output.length
      if (isLive(run)) this.drawTimer ??= setTimeout(() => this.draw(), drawEveryMs)
      else this.draw()
    }
    if (!isLive(run)) {
      if (this.drawTimer !== undefined) this.draw()
      if (this.state.problem?.kind === 'in-progress') this.dismiss()
      for (const check of [...this.endWaiters]) check()
    }
    this.watch()
  }

  private draw(): void {
    clearTimeout(this.drawTimer)
    this.drawTimer = undefined
    this.set({ log: this.log.state() })
  }

  /** Sets the clock after which a running program's result is asked for. */
  private watch(): void {
    const { data } = this.session.getState()
    const live = data.run.phase === 'running' ? data.run : undefined
    if (live?.run.run_id === this.watched) return
    clearTimeout(this.watchTimer)
    this.watched = live?.run.run_id
    if (!live) return
    const left = live.since + limitOf(data.limits) + patienceMs - serverTime(data, Date.now())
    this.watchTimer = setTimeout(() => void this.askForResult(live.run.run_id), Math.max(0, left))
  }

  private async askForResult(runId: string): Promise<void> {
    const result = await this.api.list()
    if (this.watched !== runId) return
    if (result.ok) {
      const found = result.value.runs.find(({ run_id }) => run_id === runId)
      if (!found) {
        this.session.loseRun(runId)
        return
      }
      if (found.result) {
        this.session.learnResult(resultOf(found.result, runId))
        return
      }
    }
    this.watchTimer = setTimeout(() => void this.askForResult(runId), askAgainMs)
  }

  private fail(problem: RunProblem): void {
    this.set({ problem })
  }

  private set(change: Partial<RunControllerState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }
}

function resultOf(result: ExecutionResult, runId: string): ExecutionResult {
  return { ...result, run_id: runId }
}

function limitOf({ run_wall_ms = 0, run_interactive_wall_ms = 0 }: RoomLimits): number {
  return Math.max(run_wall_ms, run_interactive_wall_ms)
}
