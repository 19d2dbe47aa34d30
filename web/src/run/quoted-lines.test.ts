import { expect, test } from 'vitest'
import { quotedLines } from './quoted-lines'

const quoted = (...lines: string[]) => lines.filter((_, at) => quotedLines(lines)[at])

test('GCC and Clang: what stands behind the rule', () => {
  expect(
    quoted(
      'main.cpp: In function ‘int main()’:',
      'main.cpp:10:40: error: ‘struct Booking’ has no member named ‘stop’',
      '   10 |     if (spans.back().stop >= 600) {',
      '      |                      ^~~~',
      '      |                      start',
      'a || b is no quotation',
    ),
  ).toEqual([
    '   10 |     if (spans.back().stop >= 600) {',
    '      |                      ^~~~',
    '      |                      start',
  ])
})

test('javac and tsc: a mark alone, and the line over it', () => {
  expect(
    quoted(
      'Main.java:3: error: cannot find symbol',
      '        System.out.printn(1);',
      '                  ^',
      '  symbol:   method printn(int)',
      '1 error',
    ),
  ).toEqual(['        System.out.printn(1);', '                  ^'])
  expect(
    quoted("main.ts:1:7 - error TS2322: Type '1'", '', '1 const a: string = 1', '        ~'),
  ).toEqual(['1 const a: string = 1', '        ~'])
})

test('nothing of other messages', () => {
  expect(quoted('ld returned 1 exit status', '', 'undefined reference to `f()`')).toEqual([])
})
