import type { ThemeChoice } from '../settings/theme'

const themes: Record<ThemeChoice, string> = {
  system: 'As the device',
  light: 'Light',
  dark: 'Dark',
  'hc-light': 'High contrast, light',
  'hc-dark': 'High contrast, dark',
}

export const settingsText = {
  title: 'Settings',
  look: 'Look',
  theme: 'Theme',
  themes,
  fontSize: 'Size of the code',
  fontSizeValue: (size: number) => `${size} px`,
  sample: 'for line in sys.stdin: print(line)',
  you: 'You',
  name: 'Your name',
  nameHint: 'Others see it at your caret, from the next time you enter a room.',
  saveName: 'Save name',
  nameSaved: 'Your name is saved.',
  signedInAs: (email: string) => `Signed in as ${email}.`,
  asGuest: 'You are a guest in this browser.',
  copies: 'Local copies',
  copiesBody: 'What could not be saved on the server yet is also kept in this browser until it is.',
  deleteCopies: 'Delete local copies',
  copiesDeleted: 'The local copies are deleted.',
  copiesNotDeleted: 'The local copies could not be deleted.',
  kept: 'Look and size are remembered on this device.',
} as const
