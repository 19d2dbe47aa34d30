/**
 * What a run printed, as lines to draw: streams told apart, colour codes read, `\r` going back to
 * the start of its line, every other control sequence dropped. Grows with the output; a line that
 * does not change any more stays the same object.
 */
import Anser from 'anser'
import type { ExecutionOutput } from '../contract/events'

export interface Segment {
  text: string
  /** Names of styles: `red`, `bright-red`, `bold`… Never anything else that a program printed. */
  styles: string
}

export interface Line {
  id: number
  stream: ExecutionOutput['stream']
  segments: readonly Segment[]
  /** Who typed it, for `stdin`. */
  who?: { userId: string; name: string }
}

export interface LogState {
  lines: readonly Line[]
  /** How many earlier lines are no longer drawn. */
  dropped: number
}

/** More would make the page slow; the download has all of it. */
export const linesDrawnMax = 5_000

const colors = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
const knownStyles = new Set([
  ...colors,
  ...colors.map((color) => `bright-${color}`),
  'bold',
  'dim',
  'italic',
  'underline',
  'strikethrough',
])
/* eslint-disable no-control-regex -- control characters are what these are about */
/** What begins an escape sequence and may go on in the next piece of output. */
const unfinished = /\u001b(?:\[[0-9;?]*|\][^\u0007\u001b]*)?$/
const otherSequences =
  /\u001b(?:\[[0-9;?]*[@-ln-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()][A-Z0-9]|[=>A-Z78])/g
const colorSequence = /\u001b\[([0-9;]*)m/g
const otherControls = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f]/g
/* eslint-enable no-control-regex */

interface StreamState {
  /** The beginning of a sequence that has not ended. */
  rest: string
  /** The colour codes that hold. */
  active: string
}

export class RunLog {
  private lines: Line[] = []
  private dropped = 0
  private nextId = 0
  /** Where the next character of the last line goes; its end unless `\r` was printed. */
  private column = 0
  private isOpen = false
  private readonly streams = new Map<ExecutionOutput['stream'], StreamState>()

  append({ stream, data, userId, name }: ExecutionOutput): void {
    const text = this.clean(stream, data)
    const pieces = text.split(/(\n|\r(?!\n))/)
    const last = this.lines.at(-1)
    if (this.isOpen && last?.stream !== stream) this.isOpen = false
    for (const piece of pieces) {
      if (piece === '\n') this.closeLine(stream)
      else if (piece === '\r') this.column = 0
      else if (piece !== '') {
        const who = userId === undefined ? undefined : { userId, name: name ?? '' }
        this.write(stream, piece.replace(/\r/g, ''), who)
      }
    }
  }

  state(): LogState {
    return { lines: [...this.lines], dropped: this.dropped }
  }

  private clean(stream: ExecutionOutput['stream'], data: string): string {
    const state = this.streams.get(stream) ?? { rest: '', active: '' }
    this.streams.set(stream, state)
    let text = state.rest + data
    const cut = unfinished.exec(text)
    state.rest = cut ? cut[0] : ''
    if (cut) text = text.slice(0, cut.index)
    return text.replace(otherSequences, '').replace(otherControls, '')
  }

  private write(stream: ExecutionOutput['stream'], text: string, who: Line['who']): void {
    const segments = this.segmentsOf(stream, text)
    if (segments.length === 0) return
    if (!this.isOpen) this.openLine(stream, who)
    const line = this.lines.at(-1)
    if (!line) return
    const length = lengthOf(line.segments)
    const written = lengthOf(segments)
    const isAtEnd = this.column >= length
    this.lines[this.lines.length - 1] = {
      ...line,
      segments: isAtEnd
        ? joined([...line.segments, ...segments])
        : joined([
            ...sliced(line.segments, 0, this.column),
            ...segments,
            ...sliced(line.segments, this.column + written, length),
          ]),
    }
    this.column += written
  }

  private segmentsOf(stream: ExecutionOutput['stream'], text: string): Segment[] {
    const state = this.streams.get(stream) ?? { rest: '', active: '' }
    const colored = state.active + text
    for (const [sequence, codes] of text.matchAll(colorSequence))
      state.active = /^0*$|(?:^|;)0*$/.test(codes ?? '') ? '' : state.active + sequence
    if (!colored.includes('\u001b')) return [{ text, styles: '' }]
    return Anser.ansiToJson(colored, { json: true, use_classes: true, remove_empty: true })
      .map(({ content, fg, decorations }) => ({
        text: content,
        styles: [(fg as string | null)?.replace(/^ansi-/, '') ?? '', ...decorations]
          .filter((style) => knownStyles.has(style))
          .join(' '),
      }))
      .filter(({ text: content }) => content !== '')
  }

  private openLine(stream: ExecutionOutput['stream'], who: Line['who']): void {
    const line: Line = { id: this.nextId++, stream, segments: [] }
    this.lines.push(who ? { ...line, who } : line)
    this.isOpen = true
    this.column = 0
    const over = this.lines.length - linesDrawnMax
    if (over > 0) {
      this.lines.splice(0, over)
      this.dropped += over
    }
  }

  private closeLine(stream: ExecutionOutput['stream']): void {
    if (!this.isOpen) this.openLine(stream, undefined)
    this.isOpen = false
  }
}

/** The log of output that is complete. */
export function readLog(output: readonly ExecutionOutput[]): LogState {
  const log = new RunLog()
  for (const event of output) log.append(event)
  return log.state()
}

function lengthOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { text }) => sum + text.length, 0)
}

function sliced(segments: readonly Segment[], from: number, to: number): Segment[] {
  let at = 0
  const result: Segment[] = []
  for (const { text, styles } of segments) {
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at))
    if (part !== '') result.push({ text: part, styles })
    at += text.length
  }
  return result
}

function joined(segments: readonly Segment[]): Segment[] {
  const result: Segment[] = []
  for (const segment of segments) {
    const last = result.at(-1)
    if (last?.styles === segment.styles)
      result[result.length - 1] = { ...last, text: last.text + segment.text }
    else result.push(segment)
  }
  return result
}
