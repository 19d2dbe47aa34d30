import { Menu } from '@mantine/core'
import { useRoom, useRoomState, useRoomUi, useRunState } from '../room/room-context'
import { runText } from '../text/room'
import { Button, IconButton } from '../ui/button'
import { Icon } from '../ui/icon'
import { showToast } from '../ui/toast'
import { isLive } from './run-state'
import { useCountdown } from './use-countdown'

/** Run with its menu, and Stop, which keeps its place while nothing runs. */
export function RunButtons() {
  const { run } = useRoom()
  const ui = useRoomUi()
  const isRunning = useRoomState((state) => isLive(state.data.run))
  const isStarting = useRunState((state) => state.isStarting)
  const unavailable = useWhyNot()
  const isNarrow = ui.width === 'narrow'

  function start(input?: string) {
    if (isNarrow) ui.setPane('output')
    ui.setOutputTab('output')
    void run.run(input)
  }
  async function stop() {
    const result = await run.stop()
    if (!result.ok) showToast(result.error.message || runText.stopFailed, 'warn')
  }

  const runButton = (
    <Button
      size="xs"
      kind="main"
      className="run"
      busy={isStarting}
      unavailable={unavailable.reason}
      onClick={() => start()}
    >
      <Icon name="play" filled />
      {unavailable.label ?? runText.run}
    </Button>
  )
  const stopButton = (
    <IconButton
      icon="stop"
      filled
      className={isRunning ? 'stop' : 'stop absent'}
      label={runText.stop}
      onClick={() => void stop()}
    />
  )
  if (isNarrow) {
    return (
      <>
        {isRunning && stopButton}
        {runButton}
      </>
    )
  }
  return (
    <>
      <span className="split" role="group" aria-label={runText.run}>
        {runButton}
        <Menu position="bottom-start">
          <Menu.Target>
            <Button
              size="xs"
              kind="main"
              aria-label={runText.runOptions}
              unavailable={unavailable.reason}
            >
              <Icon name="down" />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<Icon name="play" />} onClick={() => start()}>
              {runText.run}
            </Menu.Item>
            <Menu.Item
              leftSection={<Icon name="term" />}
              onClick={() =>
                ui.preparedInput ? start(ui.preparedInput) : ui.setOutputTab('input')
              }
            >
              {runText.runWithInput}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </span>
      {stopButton}
    </>
  )
}

/** A button is never off without a reason; a limit counts down in the button itself. */
function useWhyNot(): { reason: string | undefined; label?: string } {
  const role = useRoomState((state) => state.data.role)
  const isSynced = useRoomState((state) => state.link.phase === 'synced')
  const problem = useRunState((state) => state.problem)
  const until = problem?.kind === 'too-many' ? problem.until : undefined
  const seconds = useCountdown(until)
  if (role === 'viewer') return { reason: runText.viewersCannot }
  if (!isSynced) return { reason: runText.noConnection }
  if (seconds !== undefined)
    return { reason: runText.tooMany(seconds), label: `${runText.run} (${seconds})` }
  return { reason: undefined }
}
