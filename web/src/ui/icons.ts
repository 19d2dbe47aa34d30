/** The product's own icons: 16 px box, 1.5 px stroke, round ends. Parts are drawn in order. */
export type IconPart =
  | { path: string; strokeWidth?: number }
  | { circle: readonly [number, number, number]; dash?: string }
  | { rect: readonly [number, number, number, number, number] }

export const icons = {
  down: [{ path: 'm4.5 6.5 3.5 3.5 3.5-3.5' }],
  right: [{ path: 'M3 8h10M9 4l4 4-4 4' }],
  play: [{ path: 'M5 3.2v9.6L12.5 8z' }],
  stop: [{ rect: [4, 4, 8, 8, 1] }],
  pause: [{ path: 'M5.5 3.5v9M10.5 3.5v9' }],
  clock: [{ circle: [8, 8, 5.75] }, { path: 'M8 4.75V8l2.25 1.5' }],
  chat: [{ path: 'M2.75 3.25h10.5v7.5H8l-3 2.5v-2.5H2.75z' }],
  more: [{ path: 'M3.5 8h.01M8 8h.01M12.5 8h.01', strokeWidth: 2.25 }],
  close: [{ path: 'm4 4 8 8M12 4l-8 8' }],
  search: [{ circle: [7, 7, 4.25] }, { path: 'm10.25 10.25 3 3' }],
  minus: [{ path: 'M3 8h10' }],
  plus: [{ path: 'M8 3v10M3 8h10' }],
  check: [{ path: 'm3 8.5 3.25 3.25L13 4.75' }],
  cross: [{ path: 'm4.25 4.25 7.5 7.5M11.75 4.25l-7.5 7.5' }],
  lock: [{ rect: [3.25, 7, 9.5, 6.25, 1] }, { path: 'M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2' }],
  eye: [
    { path: 'M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8z' },
    { circle: [8, 8, 1.75] },
  ],
  copy: [{ rect: [5.75, 5.75, 7.5, 7.5, 1] }, { path: 'M10.25 3.75v-1h-7.5v7.5h1' }],
  doc: [{ path: 'M3.75 1.75h5.5l3 3v9.5h-8.5z' }, { path: 'M6 8h4M6 10.75h4' }],
  note: [{ path: 'M2.75 2.75h10.5v7l-3.5 3.5h-7z' }, { path: 'M13 9.75H9.75V13' }],
  term: [{ path: 'm3 4.5 3.5 3.5L3 11.5M8 12h5' }],
  tests: [{ path: 'm2.5 4.25 1.25 1.25L6 3M2.5 10.75 3.75 12 6 9.5M8.5 4.5h5M8.5 11h5' }],
  gear: [
    { path: 'M2 5h6.5M12.5 5H14M2 11h1.5M7.5 11H14' },
    { circle: [10.5, 5, 1.75] },
    { circle: [5.5, 11, 1.75] },
  ],
  download: [{ path: 'M8 2.5v7.25M4.75 6.75 8 10l3.25-3.25M3 13.25h10' }],
  warn: [{ path: 'M8 2.25 14.25 13H1.75z' }, { path: 'M8 6.5v3M8 11.2v.01' }],
  off: [{ circle: [8, 8, 6.25], dash: '2.6 2.3' }],
  info: [{ circle: [8, 8, 5.75] }, { path: 'M8 7.5V11M8 5.2v.01' }],
  person: [{ circle: [8, 5.25, 2.5] }, { path: 'M3 13.25c.5-2.75 2.5-4 5-4s4.5 1.25 5 4' }],
  undo: [{ path: 'M6 3.25 2.75 6.5 6 9.75M3 6.5h6.25a3.5 3.5 0 0 1 0 7H6.5' }],
  prev: [{ path: 'M12 3.5v9L5.5 8zM3.5 3.5v9' }],
  next: [{ path: 'M4 3.5v9L10.5 8zM12.5 3.5v9' }],
  code: [{ path: 'm5.5 4.5-3.5 3.5 3.5 3.5M10.5 4.5 14 8l-3.5 3.5' }],
  moon: [{ path: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z' }],
  saved: [{ path: 'm4 8.25 2.75 2.75L12 5.5' }, { circle: [8, 8, 6.25] }],
  diff: [
    { rect: [2.25, 3, 4.5, 10, 1] },
    { path: 'M9.25 3h3.5a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-3.5M11.25 6v4M9.5 8h3.5' },
  ],
  bell: [{ path: 'M3 8h2l1.5-4 3 8L11 8h2' }],
  queue: [{ path: 'M3 4h10M3 8h7M3 12h4' }],
  follow: [{ circle: [8, 8, 3.75] }, { path: 'M8 1.75v2.5M8 11.75v2.5M1.75 8h2.5M11.75 8h2.5' }],
  pencil: [{ path: 'M10.5 3 13 5.5 5.5 13H3v-2.5z' }],
} as const satisfies Record<string, readonly IconPart[]>

export type IconName = keyof typeof icons
