/** The drawing on the landing: a piece of a program, as tokens with the look's classes. */
export type DemoToken =
  | string
  | { style: 'k' | 's' | 'n' | 't' | 'f'; text: string }
  | { selected: string; slot: number }
  | { caret: string; slot: number }

export type DemoLine = { number: number; indent: number; tokens: readonly DemoToken[] }

export const demoLines: readonly DemoLine[] = [
  {
    number: 15,
    indent: 0,
    tokens: [
      { style: 'k', text: 'def' },
      ' ',
      { style: 'f', text: 'merge' },
      '(bookings: ',
      { style: 't', text: 'list' },
      '[',
      { style: 't', text: 'Booking' },
      ']) -> ',
      { style: 't', text: 'list' },
      '[',
      { style: 't', text: 'Booking' },
      ']:',
    ],
  },
  {
    number: 16,
    indent: 1,
    tokens: [{ style: 's', text: '"""Return the bookings as disjoint spans, earliest first."""' }],
  },
  {
    number: 17,
    indent: 1,
    tokens: [
      'merged: ',
      { style: 't', text: 'list' },
      '[',
      { style: 't', text: 'Booking' },
      '] = []',
    ],
  },
  {
    number: 18,
    indent: 1,
    tokens: [
      { style: 'k', text: 'for' },
      ' booking ',
      { style: 'k', text: 'in' },
      ' sorted(bookings):',
    ],
  },
  {
    number: 19,
    indent: 2,
    tokens: [
      { style: 'k', text: 'if' },
      ' merged ',
      { style: 'k', text: 'and' },
      ' merged[-',
      { style: 'n', text: '1' },
      '].overlaps(booking):',
    ],
  },
  { number: 20, indent: 3, tokens: ['last = merged.pop()'] },
  {
    number: 21,
    indent: 3,
    tokens: [
      'booking = ',
      { style: 't', text: 'Booking' },
      '(last.start, ',
      { selected: 'max(last.end, booking.end)', slot: 2 },
      { caret: 'Ben', slot: 2 },
      ')',
    ],
  },
  { number: 22, indent: 2, tokens: ['merged.append(booking)'] },
  { number: 23, indent: 1, tokens: [{ style: 'k', text: 'return' }, ' merged'] },
  { number: 24, indent: 0, tokens: [] },
  { number: 25, indent: 0, tokens: [] },
  {
    number: 26,
    indent: 0,
    tokens: [
      { style: 'k', text: 'def' },
      ' ',
      { style: 'f', text: 'first_gap' },
      '(spans: ',
      { style: 't', text: 'list' },
      '[',
      { style: 't', text: 'Booking' },
      '], wanted: ',
      { style: 't', text: 'int' },
      ') -> ',
      { style: 't', text: 'int' },
      ' | ',
      { style: 'k', text: 'None' },
      ':',
    ],
  },
  {
    number: 27,
    indent: 1,
    tokens: [
      { style: 'k', text: 'for' },
      ' left, right ',
      { style: 'k', text: 'in' },
      ' zip(spans, spans[',
      { style: 'n', text: '1' },
      ':]):',
    ],
  },
  {
    number: 28,
    indent: 2,
    tokens: [
      { style: 'k', text: 'if' },
      ' right.start - left.end >= wanted:',
      { caret: 'Ada', slot: 1 },
    ],
  },
  { number: 29, indent: 3, tokens: [{ style: 'k', text: 'return' }, ' left.end'] },
  {
    number: 30,
    indent: 1,
    tokens: [{ style: 'k', text: 'return' }, ' ', { style: 'k', text: 'None' }],
  },
  { number: 31, indent: 0, tokens: [] },
  { number: 32, indent: 0, tokens: [] },
  {
    number: 33,
    indent: 0,
    tokens: [
      { style: 'k', text: 'def' },
      ' ',
      { style: 'f', text: 'clock' },
      '(minutes: ',
      { style: 't', text: 'int' },
      ') -> ',
      { style: 't', text: 'str' },
      ':',
    ],
  },
  {
    number: 34,
    indent: 1,
    tokens: [
      { style: 'k', text: 'return' },
      ' ',
      { style: 's', text: 'f"{minutes // 60:02}:{minutes % 60:02}"' },
    ],
  },
]
