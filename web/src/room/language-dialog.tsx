import { useState } from 'react'
import type { Runtime } from '../contract/rest'
import { languageText } from '../text/room'
import { Dialog } from '../ui/dialog'
import { languageName } from '../ui/language-sign'
import { LanguageChoice } from './language-menu'

/** The languages where there is no place for them in the top bar. */
export function LanguageDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [asked, setAsked] = useState<Runtime | null>(null)
  const title = asked ? languageText.changeTitle(languageName(asked.language)) : undefined
  function close() {
    setAsked(null)
    onClose()
  }
  return (
    <Dialog opened={opened} onClose={close} title={title ?? languageText.language} width={440}>
      {opened && <LanguageChoice asked={asked} onAsk={setAsked} onChosen={close} />}
    </Dialog>
  )
}
