import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { common } from '../text/common'
import { Icon } from './icon'

type DialogProps = {
  opened: boolean
  /** Null when it can only be left by doing what it asks for. */
  onClose: (() => void) | null
  title: string
  children: ReactNode
  /** Width in pixels on wide screens; on phones a dialog is a sheet at the lower edge. */
  width?: number
}

/** When what had the focus before went away with the dialog's work, the content has it now. */
function focusContent(): void {
  if (document.activeElement !== null && document.activeElement !== document.body) return
  document.getElementById('content')?.focus({ preventScroll: true })
}

/** A layer over the page: traps the focus, gives it back, closes with Esc. */
export function Dialog({ opened, onClose, title, children, width = 520 }: DialogProps) {
  const leave = onClose ?? (() => undefined)
  return (
    <Modal.Root
      opened={opened}
      onClose={leave}
      size={width}
      closeOnEscape={onClose !== null}
      closeOnClickOutside={onClose !== null}
      onExitTransitionEnd={focusContent}
    >
      <Modal.Overlay />
      <Modal.Content>
        {/* Not Modal.Header: that is a header element, and would be a second banner. */}
        <div className="modal-head">
          <Modal.Title>{title}</Modal.Title>
          {onClose && <Modal.CloseButton aria-label={common.close} icon={<Icon name="close" />} />}
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
