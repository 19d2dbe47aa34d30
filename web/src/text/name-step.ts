import { formatList, formatNumber } from './format'

const namesShown = 3

export const nameStepText = {
  title: (room: string) => `Join ${room}`,
  noTitle: 'Join the room',
  present: (names: readonly string[]) => {
    const rest = names.length - namesShown
    const shown = rest > 0 ? [...names.slice(0, namesShown), `${formatNumber(rest)} more`] : names
    return `${formatList(shown)} ${names.length === 1 ? 'is' : 'are'} here`
  },
  name: 'Your name',
  join: 'Join',
  recorded: 'Everything typed and run in this room is saved and can be played back by its members.',
  practice: 'Practice first',
  haveAccount: 'Sign in instead',
  noGuests: 'This server takes no guests. Sign in to join.',
} as const
