import { useEffect, useState } from 'react'
import { Link, useLocation } from 'react-router'
import { linkText } from '../text/room'
import { common } from '../text/common'
import { IconButton } from '../ui/button'
import { Icon } from '../ui/icon'
import type { IconName } from '../ui/icon'
import { downloadCode } from './download'
import { noticeLine } from './notice-line'
import { useRoom, useRoomState } from './room-context'
import { useRuntimes } from './use-runtimes'

/** The strip under the top bar: only what needs words, and only while it does. */
export function NoticeBar() {
  const { session } = useRoom()
  const indicator = useRoomState((state) => state.indicator)
  const waiting = useRoomState((state) => state.unacknowledged)
  const notice = useRoomState((state) => state.notice)
  const download = useDownload()
  const practiceFor = usePracticeFor()

  switch (indicator) {
    case 'reconnecting':
      return (
        <Strip tone="info" icon="off" title={linkText.lostTitle} body={linkText.lostBody}>
          <Retry />
        </Strip>
      )
    case 'offline':
      return (
        <Strip
          tone="info"
          icon="off"
          title={linkText.offlineTitle}
          body={linkText.offlineBody(waiting)}
        >
          <Retry />
        </Strip>
      )
    case 'restarting':
      return (
        <Strip tone="info" icon="off" title={linkText.restarting} body="">
          <Retry />
        </Strip>
      )
    case 'not-saved':
      return (
        <Strip tone="warn" icon="warn" title={linkText.notSavedTitle} body={linkText.notSavedBody}>
          <button type="button" className="link" onClick={() => download()}>
            {linkText.downloadCopy}
          </button>
        </Strip>
      )
    case 'back':
      return <Strip tone="" icon="check" title="" body={linkText.back} />
  }
  if (notice) {
    const isMild = notice.kind === 'drifted'
    return (
      <Strip
        tone={isMild ? '' : 'warn'}
        icon={isMild ? 'info' : 'warn'}
        title=""
        body={noticeLine(notice)}
      >
        {notice.kind !== 'too-large' && (
          <button type="button" className="link" onClick={() => download(notice.text)}>
            {linkText.downloadOdd}
          </button>
        )}
        <Dismiss onClick={() => session.dismissNotice()} />
      </Strip>
    )
  }
  if (practiceFor !== undefined) {
    return (
      <Strip tone="" icon="info" title="" body={linkText.practice}>
        <Link className="link" to={`/r/${practiceFor}`}>
          {linkText.toTheRoom}
        </Link>
      </Strip>
    )
  }
  return null
}

/** The room that somebody practises for. */
function usePracticeFor(): string | undefined {
  const location: { state: unknown } = useLocation()
  const { state } = location
  if (typeof state !== 'object' || state === null || !('practiceFor' in state)) return undefined
  return typeof state.practiceFor === 'string' ? state.practiceFor : undefined
}

function useDownload(): (text?: string) => void {
  const { session } = useRoom()
  const runtimes = useRuntimes()
  return (text) => downloadCode(session, session.getState().data.language, runtimes, text)
}

type StripProps = {
  tone: 'info' | 'warn' | ''
  icon: IconName
  title: string
  body: string
  children?: React.ReactNode
}

function Strip({ tone, icon, title, body, children }: StripProps) {
  return (
    <section className={`notice ${tone}`} aria-label={linkText.notice}>
      <Icon name={icon} />
      <span className="said">
        {title && <strong>{title} </strong>}
        {body}
      </span>
      {children}
    </section>
  )
}

function Dismiss({ onClick }: { onClick: () => void }) {
  return (
    <>
      <span className="grow" />
      <IconButton icon="close" label={common.close} tiny onClick={onClick} />
    </>
  )
}

/** Counts down to the next attempt. */
function Retry() {
  const { session } = useRoom()
  const link = useRoomState((state) => state.link)
  const retryAt = link.phase === 'lost' ? link.retryAt : undefined
  const seconds = useSecondsUntil(retryAt)
  return (
    <>
      <span className="num">
        {seconds === undefined ? linkText.retrying : linkText.retryingIn(seconds)}
      </span>
      <span aria-hidden="true">·</span>
      <button type="button" className="link" onClick={() => session.retryNow()}>
        {linkText.retryNow}
      </button>
    </>
  )
}

function useSecondsUntil(at: number | undefined): number | undefined {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (at === undefined) return
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [at])
  return at === undefined ? undefined : Math.max(1, Math.ceil((at - now) / 1000))
}
