import type { Runtime } from '../contract/rest'
import type { RoomSession } from './room-session'
import { shownTitle } from './room-title'

/** Puts a text into a file of the person's own. */
export function downloadText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has begun by then; revoking at once would take it away.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

export function downloadCode(
  session: RoomSession,
  language: string,
  runtimes: readonly Runtime[] | undefined,
  text = session.document.text,
): void {
  const extension = runtimes?.find((runtime) => runtime.language === language)?.extension
  const suffix = extension ? `.${extension.replace(/^\./, '')}` : '.txt'
  downloadText(fileName(shownTitle(session.getState().data.title)) + suffix, text)
}

function fileName(title: string): string {
  return title.replace(/[^\p{L}\p{N} ._-]/gu, '').trim() || 'code'
}
