import { formatNumber, formatTime } from './format'

/** Each: what happened, what is kept, what to do. */
export const endedText = {
  notFound: {
    title: 'No such room, or it is not open to you',
    body: 'Check the link, or ask whoever sent it.',
  },
  removed: {
    title: 'You were removed from this room',
    body: (at: Date | undefined) =>
      at === undefined
        ? 'The host took you out. What you wrote stays in the room.'
        : `The host took you out at ${formatTime(at)}. What you wrote stays in the room.`,
  },
  deleted: {
    title: 'This room was deleted',
    body: 'The host deleted it and everything in it.',
  },
  full: {
    title: 'This room is full',
    body: (people: number | undefined) =>
      people === undefined
        ? 'It opens as soon as somebody leaves.'
        : `${formatNumber(people)} people are connected. It opens as soon as somebody leaves.`,
    again: (seconds: number) => `Trying again in ${formatNumber(seconds)} s.`,
  },
  sessionOver: {
    title: 'Please sign in again',
    body: 'Your sign-in ended. Your text is safe.',
  },
  tooOld: {
    title: 'A new version is ready',
    body: 'Reload to go on; your text is safe.',
  },
  crashed: {
    title: 'This page stopped working',
    body: 'What you typed is kept on the server. Reload to go on.',
  },
  unreachable: {
    title: 'The server cannot be reached',
    body: 'Check your connection. What is saved on the server stays there.',
  },
  noPage: {
    title: 'There is nothing at this address',
    body: 'Check the link, or go back to the start.',
  },
  noPractice: 'The practice room could not be opened',
  otherAccount: 'Sign in with another account',
} as const
