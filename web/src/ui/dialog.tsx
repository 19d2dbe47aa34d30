import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { common } from '../text/common'
import { Icon } from './icon'

type DialogProps = {
  opened: boolean
  onClose: () => void
  title: string
  children: ReactNode
  /** Width in pixels on wide screens; on phones a dialog is a sheet at the lower edge. */
  width?: number
}

/** A layer over the page: traps the focus, gives it back, closes with Esc. */
export function Dialog({ opened, onClose, title, children, width = 520 }: DialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={width}
      closeButtonProps={{ 'aria-label': common.close, icon: <Icon name="close" /> }}
    >
      {children}
    </Modal>
  )
}
