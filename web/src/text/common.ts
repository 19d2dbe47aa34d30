import { formatDay, formatTime } from './format'

/** Words that more than one screen says. */
export const common = {
  product: 'CodenCollab',
  note: 'Note',
  close: 'Close',
  cancel: 'Cancel',
  copy: 'Copy',
  tryAgain: 'Try again',
  reload: 'Reload',
  goToStart: 'Go to start',
  newRoom: 'New room',
  practiceRoom: 'Practice room',
  guest: 'Guest',
  copyLink: 'Copy link',
  linkCopied: 'Link copied. Whoever opens it can join and edit.',
  linkNotCopied: 'The link could not be copied. Select it in the address bar.',
  settings: 'Settings',
  skipToContent: 'Skip to content',
  untitled: (created: Date, now: Date) =>
    `Untitled, ${formatDay(created, now)} ${formatTime(created)}`,
  roles: { owner: 'Owner', editor: 'Editor', viewer: 'Viewer' },
  unreachable: 'The server cannot be reached.',
  unreachableDo: 'Check your connection, then try again.',
  tooMany: (seconds: number | undefined) =>
    seconds === undefined
      ? 'That was too often. Wait a little.'
      : `That was too often. Again in ${seconds} s.`,
  crashedTitle: 'This part of the page stopped working',
  crashed: 'What you typed is kept on the server. Try again, or reload the page.',
} as const
