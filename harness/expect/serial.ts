// `serial`: a line on a device's console, or on the output of a process. `line` is the whole line,
// or a /regex/ found anywhere in it. Colours and the prefix of a logger do not stand in the way.

import { z } from 'zod'
import type { SerialEvent } from '../evidence/index.ts'
import { lineForms, withoutEscapes } from '../evidence/index.ts'
import { identifier, matchValue, textMatcher, type ValueMatcher } from '../scenario/index.ts'
import { differences } from './compare.ts'
import type { Impossible, Matcher } from './matcher.ts'
import { nothingLeftOut, notShown } from './possible.ts'
import { showValue, showWanted } from './show-value.ts'
import { LINE, neverText } from './text-domain.ts'
import { textsIn } from './topics.ts'

const fields = z.strictObject({
  device: identifier().describe('whose console'),
  line: textMatcher().describe(
    'the whole line, or a /regex/ found anywhere in it; also without colours and without a log prefix',
  ),
  stream: z
    .enum(['out', 'err', 'in'])
    .optional()
    .describe('err: standard error of a process; in: what the harness sent; default: out and err'),
})

type SerialFields = z.output<typeof fields>

export const serial: Matcher<SerialFields> = {
  name: 'serial',
  summary: "a line on a device's serial console or a process's output",
  kind: 'serial',
  fields,
  devices: (f) => [f.device],
  stream: (f) => `serial:${f.device}`,
  maker: (f) => (f.stream === 'in' ? null : f.device),
  compare(f, event) {
    if (event.kind !== 'serial' || event.device !== f.device) return null
    if (f.stream === undefined ? event.stream === 'in' : f.stream !== event.stream) return null
    const { line, seen, exact } = event
    if (!matches(f.line, event)) return differing(f.line, exact ? line : withoutEscapes(line))
    // It has matched already, when it had no end yet.
    return seen !== undefined && matches(f.line, { ...event, line: seen, seen: undefined, unfinished: true })
      ? null
      : []
  },
  impossible: (f, { device }) =>
    nothingLeftOut(f, ['line']) ??
    ofTwoLines(f.line) ??
    neverText('line', f.line, LINE) ??
    notShown('console', f.device, device(f.device), 'serial') ??
    (f.stream === 'err' ? notShown('standard error of its own', f.device, device(f.device), 'serial-err') : null) ??
    (f.stream === 'in' ? notShown('console input', f.device, device(f.device), 'serial-in') : null),
  show: (f) => `line ${showWanted(f.line)} on ${f.device}'s console`,
}

/** Never none: a line that is not matched may only differ in another of its forms, or has no end yet. */
function differing(want: ValueMatcher, line: string): readonly string[] {
  const found = differences({ line: want }, { line })
  return found.length > 0 ? found : [`line: expected ${showWanted(want)}, got ${showValue(line)}`]
}

type Line = Pick<SerialEvent, 'line' | 'unfinished' | 'seen' | 'message' | 'exact'>

function matches(want: ValueMatcher, line: Line): boolean {
  // What else the line will say nobody knows yet.
  if (isOperator(want, 'not')) return line.unfinished !== true && !matches(want.not, line)
  if (isOperator(want, 'in')) return want.in.some((one) => matches(one, line))
  return formsOf(line).some((form) => matchValue(want, form))
}

function formsOf({ line, unfinished, seen, message, exact }: Line): readonly string[] {
  const forms = exact ? [line] : lineForms(line, seen)
  const more = [...(message === undefined ? [] : [message]), ...(unfinished ? forms.map((form) => form.trimEnd()) : [])]
  return more.length === 0 ? forms : [...forms, ...more]
}

const isOperator = <K extends 'in' | 'not'>(
  want: ValueMatcher,
  key: K,
): want is Extract<ValueMatcher, Record<K, unknown>> =>
  typeof want === 'object' && want !== null && !(want instanceof RegExp) && key in want

/** A line has no end of a line in it. */
function ofTwoLines(line: ValueMatcher): Impossible | null {
  if (![...textsIn(line), ...regexesIn(line), ...bytesIn(line)].some((text) => /[\r\n]/.test(text))) return null
  return {
    message: 'a line of a console has no line end in it',
    hint: 'claim each line by itself, under sequence: for lines that follow each other',
    word: 'line',
  }
}

/** What `hex` names, a character for each byte. */
function bytesIn(line: ValueMatcher): readonly string[] {
  if (typeof line !== 'object' || line === null || line instanceof RegExp) return []
  if (Array.isArray(line)) return line.flatMap(bytesIn)
  if ('hex' in line) return [Buffer.from(line.hex).toString('latin1')]
  if (isOperator(line, 'in')) return line.in.flatMap(bytesIn)
  return isOperator(line, 'not') ? bytesIn(line.not) : []
}

/** The line ends that regular expressions need: those outside of classes, choices and what may be left out. */
function regexesIn(line: ValueMatcher): readonly string[] {
  if (line instanceof RegExp) {
    const needed = /[|[(]|[*?{]/.test(line.source) ? '' : line.source.replaceAll('\\\\', '')
    return [needed.replaceAll('\\n', '\n').replaceAll('\\r', '\r')]
  }
  if (typeof line !== 'object' || line === null || Array.isArray(line)) return []
  if (isOperator(line, 'in')) return line.in.flatMap(regexesIn)
  return isOperator(line, 'not') ? regexesIn(line.not) : []
}
