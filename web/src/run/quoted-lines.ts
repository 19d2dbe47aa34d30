/**
 * Which lines of a compiler's messages quote code: the code, and marks under it that point at a
 * letter. Wrapped, they would point at another one. GCC and Clang put a rule before both
 * (`   10 | code`, `      |  ^~~~`), javac and tsc put the mark alone under the line it means.
 */
export function quotedLines(lines: readonly string[]): boolean[] {
  const isMark = lines.map((line) => /^\s*[\^~][\^~\s]*$/.test(line))
  return lines.map(
    (line, at) => isMark[at] === true || isMark[at + 1] === true || /^\s*\d*\s*\|/.test(line),
  )
}
