import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { common } from '../text/common'
import './page.css'
import { Wordmark } from './wordmark'

/** The page's name in the tab; the newest one wins, and the old one comes back after it. */
export function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title
    document.title = title === '' ? common.product : `${title} · ${common.product}`
    return () => {
      document.title = before
    }
  }, [title])
}

let firstPage = true

/** After going to another page the focus is at its content, unless a field there took it. */
function useFocusOnArrival(): void {
  useEffect(() => {
    if (firstPage) {
      firstPage = false
      return
    }
    const nowhere = document.activeElement === null || document.activeElement === document.body
    if (nowhere) document.getElementById('content')?.focus({ preventScroll: true })
  }, [])
}

type PageProps = {
  title: string
  /** At the right end of the top bar. */
  tools?: ReactNode
  /** The landing's top bar stands on the landing's left line. */
  wide?: boolean
  /** Holds a `main` with the id "content". */
  children: ReactNode
}

/** The frame of every page that is not the room: skip link, top bar, content. */
export function Page({ title, tools, wide = false, children }: PageProps) {
  useTitle(title)
  useFocusOnArrival()
  return (
    <div className="page">
      <a className="skip" href="#content">
        {common.skipToContent}
      </a>
      <header className={wide ? 'page-top wide' : 'page-top'}>
        <Wordmark />
        <span className="grow" />
        {tools}
      </header>
      {children}
    </div>
  )
}
