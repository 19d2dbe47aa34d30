import { languageText } from '../text/room'
import { Dialog } from '../ui/dialog'
import { LanguageChoice } from './language-menu'

/** The languages where there is no place for them in the top bar. */
export function LanguageDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title={languageText.language} width={440}>
      {opened && <LanguageChoice onChosen={onClose} />}
    </Dialog>
  )
}
