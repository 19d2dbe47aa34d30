export const landingText = {
  title: 'Write and run code together',
  sentence: ['Write and run', 'one file, together.'],
  lead: 'A room with an editor, a runner and everyone’s carets, for technical interviews and pair programming.',
  paste: 'Have a link or room id? Paste it.',
  pasteExample: (host: string) => `${host}/r/…`,
  open: 'Open room',
  pasteMissing: 'Paste the link you were sent.',
  pasteUnreadable: 'This is not a room’s link. It ends in /r/ and the room’s id.',
  pasteElsewhere: (host: string) => `This room is on ${host}. Open the link in the address bar.`,
  tryEditor: 'Try the editor',
  newRoomLead: 'No account needed. Others in the room see this name.',
  newRoomAct: 'Open the room',
} as const
