/** Everything the room says. Sentences that need a value are functions of it. */
import { formatBytes, formatList, formatNumber } from './format'

export const roomText = {
  loading: 'Opening the room…',
  untitled: 'Untitled',
  room: 'Room',
  editorLabel: (language: string, canEdit: boolean) =>
    canEdit
      ? `Code, ${language}. Tab inserts spaces; Ctrl+M lets it move the focus.`
      : `Code, ${language}. Read only. Ctrl+M lets Tab move the focus.`,
  skipToEditor: 'Skip to editor',
  home: 'Home',
  rename: 'Rename the room',
  title: 'Title',
  titleIsFor: (title: string) => `Title: ${title}. Rename`,
  renameFailed: 'The title could not be changed.',
  share: 'Share',
  roomMenu: 'Room menu',
  leave: 'Leave the room',
  downloadCode: 'Download code',
  copyAll: 'Copy all code',
  copiedAll: 'All code copied.',
  notCopied: 'The code could not be copied.',
  lock: 'Lock editing',
  unlock: 'Unlock editing',
  settings: 'Settings',
  shortcuts: 'Keyboard shortcuts',
  deleteRoom: 'Delete room',
  deleteTitle: 'Delete this room?',
  deleteBody: 'The code, the chat and all runs go with it, for everyone. This cannot be undone.',
  deleteFailed: 'The room could not be deleted.',
  lockFailed: 'Editing could not be locked.',
  savedAutomatically: 'Saved automatically.',
} as const

export const shortcutText = {
  title: 'Keyboard shortcuts',
  everywhere: 'Everywhere in the room',
  inEditor: 'In the editor',
  run: 'Run',
  stop: 'Stop',
  panes: 'Next or previous pane',
  input: 'The program’s input, and back to the editor',
  close: 'Close what is open',
  shortcuts: 'These shortcuts',
  undo: 'Undo your own last edit',
  tab: 'Tab moves the focus, or indents again',
  find: 'Find and replace',
  goToLine: 'Go to line',
  comment: 'Comment the line out, or in',
} as const

export const linkText = {
  notice: 'Notice',
  loading: 'Loading',
  loadingLine: 'The room is still being opened.',
  saving: 'Saving…',
  saved: 'Saved',
  unsaved: 'Not saved yet',
  notSaved: 'Not saved',
  reconnecting: (waiting: number) =>
    waiting === 0 ? 'Reconnecting' : `Reconnecting, ${changesWait(waiting)}`,
  offline: (waiting: number) => (waiting === 0 ? 'Offline' : `Offline, ${changesWait(waiting)}`),
  lostTitle: 'Connection lost.',
  lostBody: 'Keep typing: your changes are kept here and will be sent.',
  practice: 'This is a practice room. Nobody else sees it.',
  toTheRoom: 'Go to the room',
  offlineTitle: 'You are offline.',
  offlineBody: (waiting: number) =>
    waiting === 0
      ? 'Keep typing: your changes are kept here and will be sent.'
      : `${sentence(changesWait(waiting))} to be sent. Keep typing.`,
  restarting: 'The server is restarting. Back in a few seconds.',
  retryingIn: (seconds: number) => `Retrying in ${seconds} s`,
  retrying: 'Retrying now',
  retryNow: 'Retry now',
  back: 'Back online. All changes merged.',
  notSavedTitle: 'The server cannot save at the moment.',
  notSavedBody: 'Nothing is lost while this page is open.',
  downloadCopy: 'Download a copy',
  drifted: 'This editor and the room had drifted apart; the room’s text is shown now.',
  downloadOdd: 'Download what was here',
  refused: (code: string) => `${refusals[code] ?? refusals['other']} The room’s text is shown now.`,
  tooLarge: (units: number, limit: number) => {
    const [wanted, holds] = [formatBytes(units), formatBytes(limit)]
    return wanted === holds
      ? `A room holds ${holds} of text, and this one is full.`
      : `That is ${wanted}; a room holds ${holds} of text.`
  },
  slow: 'slow',
  verySlow: 'very slow',
  roundTrip: (ms: number) => `${formatNumber(ms)} ms`,
  roundTripLabel: (ms: number, word: string) =>
    `Round trip to the server: ${formatNumber(ms)} milliseconds${word ? `, ${word}` : ''}`,
  lockedBy: (name: string | undefined) => `Locked by ${name ?? 'the host'}`,
  lockedLine: (name: string | undefined) => `${name ?? 'The host'} locked editing.`,
  viewing: 'Viewing only',
  viewingLine: 'You are viewing this room. Ask to edit.',
  askToEdit: 'Ask to edit',
  askedToEdit: 'May I edit, please?',
  asked: 'Your question is in the chat.',
} as const

export const statusText = {
  status: 'Status',
  caret: (line: number, column: number) => `Ln ${formatNumber(line)}, Col ${formatNumber(column)}`,
  goToLine: 'Go to line',
  selected: (units: number) => `${formatNumber(units)} selected`,
  spaces: (size: number) => `Spaces: ${size}`,
  tabs: (size: number) => `Tabs: ${size}`,
  indentation: 'Indentation',
  indentWith: (kind: 'spaces' | 'tabs', size: number) =>
    kind === 'spaces' ? `${size} spaces` : `Tabs, ${size} wide`,
  tabMovesFocusToggle: 'Tab moves focus, on or off',
  tabMovesFocus: (on: boolean) => `Tab moves focus: ${on ? 'on' : 'off'}`,
} as const

export const languageText = {
  language: 'Language',
  languageNow: (name: string) => `Language: ${name}`,
  languageIs: (name: string) => `Language: ${name}. Change`,
  search: 'Search languages',
  none: 'No language of that name.',
  unavailable: 'The list of languages could not be loaded.',
  editingOnly: 'editing only',
  changeTitle: (name: string) => `Change to ${name}`,
  changeBody: 'The room has code of its own. What should happen to it?',
  keep: 'Keep the code',
  useStarter: (name: string) => `Use ${name} starter code`,
  failed: 'The language could not be changed.',
  reasons: {
    viewer: 'Viewers cannot change the language.',
    locked: 'Editing is locked.',
    offline: 'There is no connection.',
  },
} as const

export const runText = {
  run: 'Run',
  stop: 'Stop',
  runOptions: 'Run options',
  runWithInput: 'Run with input',
  output: 'Output',
  input: 'Input',
  runs: 'Runs',
  panels: 'Run panels',
  empty: 'Press Run (Ctrl+Enter). Everyone here sees the result.',
  inputEmpty: 'What the program reads when it is run with input. Nobody can add to it then.',
  preparedInput: 'Prepared input',
  runWithThis: 'Run with this input',
  runsEmpty: 'No runs yet. Each run of this room is listed here with its output.',
  runsFailed: 'The runs could not be loaded.',
  runsList: 'Runs, newest first',
  outputOf: 'Output of this run',
  downloadAll: 'Download all output',
  newOutput: 'new output',
  cut: (lines: number) => `${formatNumber(lines)} earlier lines are in the download.`,
  errorOutput: 'error output: ',
  compilerMessages: 'Compiler messages',
  ran: (language: string) => `ran ${language}`,
  states: {
    queued: 'Queued',
    running: 'Running',
    finished: 'Finished',
    failed: 'Failed',
    crashed: 'Crashed',
    timeout: 'Timed out',
    compile_error: 'Did not compile',
    out_of_memory: 'Out of memory',
    output_limit: 'Too much output',
    killed: 'Stopped',
    unavailable: 'No runner',
    lost: 'Result lost',
  },
  exitCode: (code: number) => `Exit code ${code}`,
  metrics: {
    exit: 'Exit',
    time: 'Time',
    cpu: 'CPU',
    memory: 'Peak memory',
    lines: 'Lines',
    waiting: 'Waiting',
    before: 'Before you',
  },
  progress: (seconds: string) => `Time used of ${seconds}`,
  inputLine: 'Input for the running program',
  endInput: 'End input',
  inputFailed: 'The program did not get that line.',
  somebody: 'Somebody',
  starting: 'Starting…',
  unsent: 'Your last changes have not reached the server yet. Try again in a moment.',
  failed: 'The run could not be started.',
  tryAgain: 'Try again',
  runAgain: 'Run again',
  chooseLanguage: 'Choose another language',
  stopAndRun: 'Stop it and run mine',
  stillGoing: (name: string) => `${name}’s run is still going.`,
  tooMany: (seconds: number) => `Too many runs within a minute. Again in ${seconds} s.`,
  stopFailed: 'The run could not be stopped.',
  stillRunning: 'A run is still going.',
  dismiss: 'Dismiss',
  viewersCannot: 'Viewers cannot run code.',
  noConnection: 'There is no connection.',
  goToLine: (line: number) => `Go to line ${line}`,
  linesOfOutput: (lines: number) =>
    lines === 1 ? '1 line of output' : `${formatNumber(lines)} lines of output`,
  earlierRun: 'An earlier run',
  backToNow: 'Back to the list',
} as const

export const endingText = {
  finished: (seconds: string) => `Finished in ${seconds} s`,
  exit: (code: number) => `Ended with exit code ${code}`,
  signal: (name: string, signal: string) => `Crashed: ${name} (${signal})`,
  crashed: (signal: string) => `Crashed: ${signal}`,
  signals: {
    SIGSEGV: 'segmentation fault',
    SIGABRT: 'aborted',
    SIGFPE: 'arithmetic error',
    SIGILL: 'illegal instruction',
    SIGBUS: 'bus error',
    SIGKILL: 'killed',
    SIGTERM: 'terminated',
    SIGSYS: 'a system call that is not allowed',
    SIGTRAP: 'trap',
    SIGPIPE: 'broken pipe',
  } as Record<string, string | undefined>,
  compile: 'Did not compile. See the messages above.',
  timeoutWall: (limit: string) => `Stopped: it ran longer than ${limit}.`,
  timeoutCpu: (limit: string) => `Stopped: it used more than ${limit} of processor time.`,
  timeout: 'Stopped: it ran longer than a run may.',
  memory: (limit: string) => `Stopped: it needed more than ${limit} of memory.`,
  memoryUnknown: 'Stopped: it needed more memory than a run may have.',
  outputLimit: (limit: string) => `Stopped: it printed more than ${limit}. The beginning is shown.`,
  outputUnknown: 'Stopped: it printed more than a run may. The beginning is shown.',
  killedBy: (name: string) => `Stopped by ${name}`,
  killed: 'Stopped',
  noRunner: 'No runner is free at the moment. Nothing is wrong with your code.',
  unsupported: (language: string) => `This server cannot run ${language}.`,
  internal: 'The runner failed, not your code. Run again; the server has noted it.',
  queue: (before: number) =>
    before === 0
      ? 'Waiting for a free runner: you are next'
      : `Waiting for a free runner: ${before} before you`,
  lost: 'The server restarted during this run; its result is lost.',
} as const

export const peopleText = {
  people: 'People',
  peopleAndChat: 'People and chat',
  closePanel: 'Close people and chat',
  openPanel: (you: string, others: number) =>
    others === 0 ? 'People: only you' : `People: ${you} (you) and ${others} more`,
  onlyYou: 'Only you so far',
  you: 'you',
  away: 'away',
  tabs: (count: number) => `${count} tabs`,
  roles: { owner: 'owner', editor: 'editor', viewer: 'viewer' },
  optionsFor: (name: string) => `Options for ${name}`,
  goToCaret: (name: string) => `Go to ${name}’s line`,
  make: {
    owner: 'Make owner',
    editor: 'Make editor',
    viewer: 'Make viewer',
  },
  remove: 'Remove from the room',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeBody: 'They leave at once. What they wrote stays in the room.',
  removeFailed: 'That person could not be removed.',
  roleFailed: 'The role could not be changed.',
  joined: (name: string) => `${name} joined`,
  left: (name: string) => `${name} left`,
  madeYou: (role: string, by: string | undefined) =>
    by === undefined
      ? `You are ${article(role)} ${role} now.`
      : `${by} made you ${article(role)} ${role}.`,
  isNow: (name: string, role: string) => `${name} is ${article(role)} ${role} now.`,
  here: (names: readonly string[]) => formatList(names),
} as const

export const chatText = {
  chat: 'Chat',
  openChat: (unread: number) => (unread === 0 ? 'Chat' : `Chat, ${formatNumber(unread)} unread`),
  messages: 'Messages',
  empty: 'Messages stay with the room.',
  message: 'Message',
  placeholder: 'Message everyone here',
  joinedAt: (name: string, time: string) => `${name} joined at ${time}`,
  leftAt: (name: string, time: string) => `${name} left at ${time}`,
  tooLong: (units: number, limit: number) =>
    `${formatNumber(units)} of ${formatNumber(limit)} characters: shorten it to send it.`,
  failed: 'The message was not sent. Press Enter to try again.',
  tooOften: 'That was too fast. Press Enter to try again.',
  said: (name: string, text: string) => `${name}: ${text}`,
} as const

export const shareText = {
  title: 'Share this room',
  link: 'Link',
  copy: 'Copy',
  copied: (visibility: 'link' | 'private', role: 'editor' | 'viewer') =>
    visibility === 'private'
      ? 'Link copied. Only members can open it.'
      : role === 'editor'
        ? 'Link copied. Whoever opens it can join and edit.'
        : 'Link copied. Whoever opens it can join and watch.',
  newcomer: 'A newcomer',
  canEdit: 'can edit',
  canView: 'can view',
  openTo: 'Open to',
  anyone: 'anyone with the link',
  membersOnly: 'members only',
  members: 'Members',
  membersFailed: 'The members could not be loaded.',
  remove: 'Remove',
  removeName: (name: string) => `Remove ${name}`,
  roleOf: (name: string, role: string) => `Role of ${name}: ${role}`,
  saveFailed: 'That could not be saved.',
  ownersOnly: 'Only owners can change this.',
} as const

export const paneText = {
  code: 'Code',
  output: 'Output',
  people: 'People',
  panes: 'Panes',
  outputWidth: 'Width of the output',
  outputHeight: 'Height of the output',
  editorBroken: 'The editor stopped working.',
  editorBrokenBody: 'The room’s text is safe.',
  downloadText: 'Download the text',
  reloadPanel: 'Reload this panel',
} as const

/** Why the server did not take a change, by its code. */
const refusals: Record<string, string | undefined> = {
  code_too_large: 'With your last change the room would hold too much text, so it was not taken.',
  too_large: 'Your last change was too large at once, so it was not taken.',
  locked: 'Editing was locked before your last change arrived, so it was not taken.',
  forbidden: 'You may not edit here any more, so your last change was not taken.',
  other: 'The server could not take your last change.',
}

function article(role: string): string {
  return /^[aeo]/.test(role) ? 'an' : 'a'
}

function changesWait(count: number): string {
  return count === 1 ? '1 change waits' : `${formatNumber(count)} changes wait`
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
