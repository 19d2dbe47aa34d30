import { shortcutText } from '../text/room'
import { Dialog } from '../ui/dialog'
import { isApple } from '../ui/platform'

type Shortcut = { does: string; keys: readonly (readonly string[])[] }

const command = isApple ? 'Cmd' : 'Ctrl'

const inRoom: readonly Shortcut[] = [
  { does: shortcutText.run, keys: [[command, 'Enter']] },
  { does: shortcutText.stop, keys: [[command, 'Shift', 'Enter']] },
  { does: shortcutText.panes, keys: [['F6'], ['Shift', 'F6']] },
  { does: shortcutText.input, keys: [['Ctrl', '`']] },
  { does: shortcutText.close, keys: [['Esc']] },
  { does: shortcutText.shortcuts, keys: [['?']] },
]
const inEditor: readonly Shortcut[] = [
  { does: shortcutText.undo, keys: [[command, 'Z']] },
  { does: shortcutText.tab, keys: [isApple ? ['Ctrl', 'Shift', 'M'] : ['Ctrl', 'M']] },
  { does: shortcutText.find, keys: [[command, 'F']] },
  { does: shortcutText.goToLine, keys: [['Ctrl', 'G']] },
  { does: shortcutText.comment, keys: [[command, '/']] },
]

/** The keys of the room, in one place. */
export function ShortcutsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title={shortcutText.title} width={480}>
      <Section title={shortcutText.everywhere} shortcuts={inRoom} />
      <Section title={shortcutText.inEditor} shortcuts={inEditor} />
    </Dialog>
  )
}

function Section({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  return (
    <section className="sec shortcuts">
      <h3>{title}</h3>
      <dl>
        {shortcuts.map(({ does, keys }) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {keys.map((together) => (
                <span key={together.join()} className="keys">
                  {together.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
