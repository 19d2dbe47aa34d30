/** What a page goes through while a room is open in it. */
export interface PageLife {
  /** Whether somebody can see it. */
  look: (isVisible: boolean) => void
  /** It is looked at again, or the browser has a network again. */
  back: () => void
  /** The browser says that it has no network. */
  offline: () => void
  /** It may have slept, and missed something. */
  slept: () => void
  /** It goes, for good or into the browser's cache. */
  leaving: () => void
  /** It has come out of the browser's cache. */
  restored: () => void
}

/** A page that nobody saw for this long may have slept. */
const sleptAfterMs = 30_000

/** Tells until the returned function is called. */
export function watchPage(page: PageLife): () => void {
  let hiddenAt: number | undefined

  function onBack() {
    if (!document.hidden) {
      page.look(true)
      if (Date.now() - (hiddenAt ?? Infinity) >= sleptAfterMs) page.slept()
      hiddenAt = undefined
    }
    page.back()
  }
  function onVisibility() {
    if (!document.hidden) {
      onBack()
      return
    }
    hiddenAt = Date.now()
    page.look(false)
  }

  const stops = [
    listen(window, 'online', onBack),
    listen(window, 'offline', page.offline),
    listen(document, 'visibilitychange', onVisibility),
    listen(document, 'resume', page.slept),
    listen(window, 'pagehide', page.leaving),
    listen(window, 'pageshow', page.restored),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function listen(target: EventTarget, name: string, listener: () => void): () => void {
  target.addEventListener(name, listener)
  return () => target.removeEventListener(name, listener)
}
