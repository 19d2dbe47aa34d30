import { describe, expect, test } from 'vitest'
import type { ExecutionOutput } from '../contract/events'
import { findCodeLinks } from './code-links'
import { RunLog, linesDrawnMax, readLog } from './run-log'

let seq = 0
const out = (data: string, stream: ExecutionOutput['stream'] = 'stdout'): ExecutionOutput => ({
  run_id: 'r',
  seq: seq++,
  stream,
  data,
})
const texts = (...events: ExecutionOutput[]) =>
  readLog(events).lines.map(({ segments }) => segments.map(({ text }) => text).join(''))

describe('the log of a run', () => {
  test('is cut into lines, wherever the output was cut', () => {
    expect(texts(out('one\ntw'), out('o\n\nfour'))).toEqual(['one', 'two', '', 'four'])
  })

  test('each stream begins a line of its own', () => {
    const events = [out('minutes? '), out('45\n', 'stdin'), out('late\n', 'stderr'), out('done')]
    const { lines } = readLog(events)
    expect(lines.map(({ stream }) => stream)).toEqual(['stdout', 'stdin', 'stderr', 'stdout'])
    expect(texts(...events)).toEqual(['minutes? ', '45', 'late', 'done'])
  })

  test('says who typed', () => {
    const typed = { ...out('45\n', 'stdin'), userId: 'u2', name: 'Ben' }
    expect(readLog([typed]).lines[0]?.who).toEqual({ userId: 'u2', name: 'Ben' })
  })

  test('a carriage return goes back to the start of the line and writes over it', () => {
    expect(texts(out('10 %\r'), out('20'), out(' %\r100 %\nnext'))).toEqual(['100 %', 'next'])
    expect(texts(out('abcdef\rXY\n'))).toEqual(['XYcdef'])
    expect(texts(out('dos\r\nlines\r\n'))).toEqual(['dos', 'lines'])
  })

  test('colours hold until they are taken back, over lines and pieces', () => {
    const { lines } = readLog([out('\u001b[1;31mred\nstill'), out('\u001b[0m plain')])
    expect(lines.map(({ segments }) => segments)).toEqual([
      [{ text: 'red', styles: 'red bold' }],
      [
        { text: 'still', styles: 'red bold' },
        { text: ' plain', styles: '' },
      ],
    ])
  })

  test('a sequence that comes in two pieces is read as one', () => {
    const { lines } = readLog([out('a\u001b['), out('32mgreen')])
    expect(lines[0]?.segments).toEqual([
      { text: 'a', styles: '' },
      { text: 'green', styles: 'green' },
    ])
  })

  test('other control sequences and characters are dropped', () => {
    expect(texts(out('\u001b[2J\u001b[Hclear\u0007\u001b]0;title\u0007\b\u0000!'))).toEqual([
      'clear!',
    ])
  })

  test('nothing that a program prints becomes a style of its own choice', () => {
    const { lines } = readLog([out('\u001b[38;5;208mo\u001b[38;2;1;2;3mt')])
    expect(lines[0]?.segments).toEqual([{ text: 'ot', styles: '' }])
  })

  test('only the last lines are drawn', () => {
    const log = new RunLog()
    log.append(out(Array.from({ length: linesDrawnMax + 7 }, (_, n) => `${n}\n`).join('')))
    const { lines, dropped } = log.state()
    expect([lines.length, dropped, lines[0]?.segments[0]?.text]).toEqual([linesDrawnMax, 7, '7'])
  })

  test('lines that are complete stay the same objects', () => {
    const log = new RunLog()
    log.append(out('one\ntwo'))
    const [one, two] = log.state().lines
    log.append(out('!\n'))
    expect(log.state().lines[0]).toBe(one)
    expect(log.state().lines[1]).not.toBe(two)
  })
})

describe('links into the code', () => {
  test.each([
    ['  File "main.py", line 34, in clock', [34, 1], 'File "main.py", line 34'],
    ['main.cpp:16:24: error: no member', [16, 24], 'main.cpp:16:24'],
    ['/box/main.js:3', [3, 1], '/box/main.js:3'],
    ['Main.java:7: error: ; expected', [7, 1], 'Main.java:7'],
    ['main.sh: line 2: foo: command not found', [2, 1], 'main.sh: line 2'],
  ])('in %j', (text, [lineNumber, column], shown) => {
    const [link] = findCodeLinks(text)
    expect(link).toMatchObject({ lineNumber, column })
    expect(text.slice(link?.start, link?.end)).toBe(shown)
  })

  test.each(['  File "/usr/lib/python3.12/json/decoder.py", line 355', 'at 10:45', 'ratio 3:4'])(
    'not in %j',
    (text) => expect(findCodeLinks(text)).toEqual([]),
  )
})
