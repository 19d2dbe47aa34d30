import { useEffect, useEffectEvent } from 'react'
import { canEdit } from './room-data'
import { roomText } from '../text/room'
import { showToast } from '../ui/toast'
import { useRoom, useRoomUi } from './room-context'
import type { RoomUi } from './room-context'

/** Where F6 goes, in order. Each is there or not, by what is open. */
const paneSelectors = ['.room .top', '#code', '#output-pane', '#side', '.room .status']

/** Keys that work everywhere in the room, also inside the editor. */
export function useRoomKeys(): void {
  const { session, run } = useRoom()
  const ui = useRoomUi()
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const command = event.ctrlKey || event.metaKey
    if (event.altKey || isInDialog(event.target)) return
    if (command && event.key === 'Enter') {
      if (!canEdit({ ...session.getState().data, locked: false })) return
      take(event)
      void (event.shiftKey ? run.stop() : run.run())
    } else if (command && !event.shiftKey && event.key.toLowerCase() === 's') {
      take(event)
      showToast(roomText.savedAutomatically)
    } else if (event.key === '?' && !command && !isTextField(event.target)) {
      take(event)
      ui.setDialog('shortcuts')
    } else if (event.key === 'F6' && !command) {
      take(event)
      cyclePanes(event.shiftKey ? -1 : 1, ui)
    } else if (event.ctrlKey && event.code === 'Backquote') {
      take(event)
      switchToInput(ui)
    }
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event)
    window.addEventListener('keydown', listener, { capture: true })
    return () => window.removeEventListener('keydown', listener, { capture: true })
  }, [])
}

function take(event: KeyboardEvent): void {
  event.preventDefault()
  event.stopPropagation()
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="dialog"]') !== null
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, [contenteditable], .monaco-editor') !== null
  )
}

function cyclePanes(step: 1 | -1, ui: RoomUi): void {
  const panes = paneSelectors
    .map((selector) => document.querySelector<HTMLElement>(selector))
    .filter((pane) => pane !== null && pane.getClientRects().length > 0)
  const active = panes.findIndex((pane) => pane?.contains(document.activeElement))
  const next = panes[(active + step + panes.length) % panes.length]
  if (next?.id === 'code') ui.editor?.focus()
  else firstFocusable(next)?.focus()
}

function firstFocusable(pane: HTMLElement | null | undefined): HTMLElement | null {
  if (!pane) return null
  const inner = pane.querySelector<HTMLElement>(
    'a[href], button:not([tabindex="-1"]), input, textarea, [tabindex="0"]',
  )
  return inner ?? pane
}

function switchToInput(ui: RoomUi): void {
  const input = document.querySelector<HTMLElement>('.stdin input')
  if (input && document.activeElement !== input) {
    ui.setOutputTab('output')
    input.focus()
  } else ui.editor?.focus()
}
