// The text of an editor as Monaco's model changes it: by ranges, not by offsets; clamped to the text;
// never between the halves of a pair; the changes of one call all relative to the text before it.

const isHigh = (unit) => unit >= 0xd800 && unit <= 0xdbff

const clamped = (lines, line, column) => {
  if (line < 1) return [1, 1]
  if (line > lines.length) return [lines.length, lines.at(-1).length + 1]
  return [line, Math.min(Math.max(column, 1), lines[line - 1].length + 1)]
}

const offsetOf = (lines, [line, column]) =>
  lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, column - 1)

function validated(lines, { startLineNumber, startColumn, endLineNumber, endColumn }) {
  const start = clamped(lines, startLineNumber, startColumn)
  const end = clamped(lines, endLineNumber, endColumn)
  const unitBefore = ([line, column]) => (column > 1 ? lines[line - 1].charCodeAt(column - 2) : 0)
  const isEmpty = start.join() === end.join()
  const endIsInside = end[1] <= lines[end[0] - 1].length && isHigh(unitBefore(end))
  if (isHigh(unitBefore(start))) start[1] -= 1
  if (isEmpty) return [start, start]
  if (endIsInside) end[1] += 1
  return [start, end]
}

/** `text` after the changes; as it was where Monaco would throw because they overlap. */
export function applied(text, changes) {
  const lines = text.split('\n')
  const edits = changes.map(({ range, text: inserted }) => {
    const [start, end] = validated(lines, range)
    return { start: offsetOf(lines, start), end: offsetOf(lines, end), inserted }
  })
  const inOrder = edits
    .map((edit, i) => ({ ...edit, i }))
    .sort((a, b) => a.end - b.end || a.start - b.start || a.i - b.i)
  if (inOrder.some(({ start }, i) => i > 0 && start < inOrder[i - 1].end)) return text
  return inOrder.reduceRight(
    (so_far, { start, end, inserted }) => so_far.slice(0, start) + inserted + so_far.slice(end),
    text,
  )
}

const position = (text, offset) => {
  const lines = text.slice(0, offset).split('\n')
  return [lines.length, lines.at(-1).length + 1]
}

/** Replacing `removed` units at `offset`, as `onDidChangeModelContent` reports it. */
export function changeOf(text, offset, removed, inserted) {
  const [startLineNumber, startColumn] = position(text, offset)
  const [endLineNumber, endColumn] = position(text, offset + removed)
  const range = { startLineNumber, startColumn, endLineNumber, endColumn }
  return { range, rangeOffset: offset, rangeLength: removed, text: inserted }
}
