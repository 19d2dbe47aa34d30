import { settingsText } from '../text/settings'
import { Dialog } from '../ui/dialog'
import { SettingsForm } from './settings-form'

type SettingsDialogProps = { opened: boolean; onClose: () => void }

/** The settings over a page or a room, so that nobody leaves it for them. */
export function SettingsDialog({ opened, onClose }: SettingsDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={settingsText.title}>
      <SettingsForm />
    </Dialog>
  )
}
