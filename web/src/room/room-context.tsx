import { createContext, use, useSyncExternalStore } from 'react'
import type { RoomEditor } from '../editor/room-editor'
import type { RunControllerState } from '../run/run-controller'
import type { RoomHandle } from './room-handle'
import type { RoomSessionState } from './room-session'
import type { WidthClass } from './use-width'

export type Pane = 'code' | 'output' | 'people'
export type OutputTab = 'output' | 'input' | 'runs'
export type RoomDialog = 'share' | 'settings' | 'delete' | 'shortcuts' | 'language'

/** What of the room's view more than one part of it needs to know or change. */
export interface RoomUi {
  width: WidthClass
  /** Null until the editor is there. */
  editor: RoomEditor | null
  setEditor: (editor: RoomEditor | null) => void
  /** The one pane that narrow screens show. */
  pane: Pane
  setPane: (pane: Pane) => void
  isSideOpen: boolean
  setSideOpen: (open: boolean) => void
  outputTab: OutputTab
  setOutputTab: (tab: OutputTab) => void
  dialog: RoomDialog | null
  setDialog: (dialog: RoomDialog | null) => void
  preparedInput: string
  setPreparedInput: (text: string) => void
  isRenaming: boolean
  setRenaming: (renaming: boolean) => void
}

export const RoomContext = createContext<RoomHandle | null>(null)
export const RoomUiContext = createContext<RoomUi | null>(null)

export function useRoom(): RoomHandle {
  const handle = use(RoomContext)
  if (!handle) throw new Error('outside a room')
  return handle
}

export function useRoomUi(): RoomUi {
  const ui = use(RoomUiContext)
  if (!ui) throw new Error('outside a room')
  return ui
}

/** Part of the room's state; `select` must give the same object for the same state. */
export function useRoomState<T>(select: (state: RoomSessionState) => T): T {
  const { session } = useRoom()
  return useSyncExternalStore(session.subscribe, () => select(session.getState()))
}

export function useRunState<T>(select: (state: RunControllerState) => T): T {
  const { run } = useRoom()
  return useSyncExternalStore(run.subscribe, () => select(run.getState()))
}
