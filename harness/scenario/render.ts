// A diagnostic as a person sees it: where, what, the line with a caret, and what to do. Columns
// count UTF-16 units but carets stand in terminal cells: a tab, an accent or 日 is not one of each.

import { createColors } from 'picocolors'
import { visible, withDottedLogins, withoutUrlCredentials } from '../outside/index.ts'
import type { Diagnostic } from './diagnostic.ts'

export interface RenderOptions {
  /** ANSI colours; nobody but the caller knows what the output is. */
  readonly color?: boolean
  /** Instead of `error` or `warning`: `fail` for a claim that did not hold. */
  readonly label?: string
  /** Cells of source shown of a line before it is clipped around the caret. */
  readonly width?: number
}

const TAB = 2
const DEFAULT_WIDTH = 100

export function renderDiagnostic(
  diagnostic: Diagnostic,
  sourceText: string | undefined,
  options: RenderOptions = {},
): string {
  const colors = createColors(options.color ?? false)
  const { at, code, message, hint, severity = 'error' } = diagnostic
  const paint = severity === 'warning' ? colors.yellow : colors.red
  const where = colors.bold(visible(`${at.file}:${at.line}:${at.column}`))
  const out = [`${where} ${paint(options.label ?? severity)} ${colors.dim(code)}`]
  for (const line of message.split('\n')) out.push(`  ${visible(line)}`)
  if (sourceText !== undefined) out.push(...excerpt(diagnostic, sourceText, options, colors.dim, paint))
  if (hint !== undefined) {
    const [first = '', ...rest] = hint.split('\n')
    out.push(`  ${colors.cyan('hint:')} ${visible(first)}`, ...rest.map((line) => `        ${visible(line)}`))
  }
  return withoutUrlCredentials(`${out.join('\n')}\n`)
}

type Paint = (text: string) => string

function excerpt({ at }: Diagnostic, text: string, options: RenderOptions, dim: Paint, paint: Paint): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  // A place may lie past the end: a file cut short, or a recorded place and a newer text.
  const number = Math.min(Math.max(1, at.line), lines.length)
  const line = withDottedLogins(lines[number - 1] ?? '')
  const column = at.line > lines.length ? line.length : Math.min(Math.max(0, at.column - 1), line.length)
  const end = Math.min(line.length, column + Math.max(1, at.length))

  const digits = String(number).length
  const gutter = (n: number | ''): string => dim(`   ${String(n).padStart(digits)} |`)
  const width = options.width ?? DEFAULT_WIDTH
  const caretFrom = cells(line.slice(0, column)).length
  const caretTo = Math.max(caretFrom + 1, cells(line.slice(0, end)).length)
  const from = windowStart(cells(line).length, caretFrom, width)

  const out: string[] = []
  const above = lines[number - 2]
  if (above !== undefined) out.push(joinGutter(gutter(number - 1), clip(cells(withDottedLogins(above)), from, width)))
  out.push(joinGutter(gutter(number), clip(cells(line), from, width)))
  const carets = Math.max(1, Math.min(caretTo, from + width) - caretFrom)
  const lead = caretFrom - from + (from > 0 ? 1 : 0)
  out.push(joinGutter(gutter(''), ' '.repeat(lead) + paint('^'.repeat(carets))))
  return out
}

const joinGutter = (gutter: string, source: string): string => (source === '' ? gutter : `${gutter} ${source}`)

/** Where the window of `width` cells begins so that the caret is inside it, with some text before it. */
function windowStart(length: number, caret: number, width: number): number {
  if (length <= width || caret < width * 0.7) return 0
  return Math.max(0, Math.min(caret - Math.floor(width * 0.4), length - Math.floor(width * 0.9)))
}

function clip(line: readonly string[], from: number, width: number): string {
  const shown = line
    .slice(from, from + width)
    .join('')
    .trimEnd()
  const before = from > 0 && line.length > 0 ? '…' : ''
  return before + shown + (line.length > from + width ? '…' : '')
}

/** One entry a terminal cell; a wide character takes two, the second empty; a combining mark joins its letter. */
function cells(text: string): string[] {
  const out: string[] = []
  for (const char of text) {
    if (char === '\t') for (let i = 0; i < TAB; i++) out.push(' ')
    else if (COMBINING.test(char) && out.length > 0) out[out.length - 1] += char
    else if (WIDE.test(char)) out.push(char, '')
    else out.push(visible(char))
  }
  return out
}

const COMBINING = /\p{Mn}|\p{Me}|\p{Cf}/u
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6]|(?=\p{Emoji_Presentation})./u
