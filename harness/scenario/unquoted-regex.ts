// A regular expression that nobody quoted and that YAML took apart: `{ line: /ok, connecting/ }` is a line "/ok" and
// a key "connecting/". Only what is wrong there anyway is blamed on it, because `[/a, b/]` may be two topics.

import { type Document, isCollection, visit } from 'yaml'
import type { Place } from '../../emulators/index.ts'
import type { Diagnostic } from './diagnostic.ts'

/** Text that reads like one regular expression, from `start` to `end` in the file; YAML ended its value at `cut`. */
export interface SplitRegex {
  readonly start: number
  readonly end: number
  readonly cut: number
  /** A `#` began a comment in it, so whatever follows on the line is lost. */
  readonly comment: boolean
  readonly place: Place
  readonly text: string
}

/** A slash that may end a regular expression, with its flags. */
const LAST = /(?<!\\)\/[imsu]*/g

/** A regular expression that has its end. */
const WHOLE = /^\/.*[^\\]\/[imsu]*$/

/** Where a scalar that begins with a slash can be; most texts have none, and need not be walked through. */
const MAY_BEGIN = /(?:^|[\s[{,]|["'\]}]:)\//m

export function splitRegexes(
  document: Document,
  source: string,
  place: (start: number, end: number) => Place,
): readonly SplitRegex[] {
  const found: SplitRegex[] = []
  if (!MAY_BEGIN.test(source)) return found
  visit(document, {
    Scalar(_, node, path) {
      const [start, cut] = node.range ?? [0, 0]
      if (node.type !== 'PLAIN' || source[start] !== '/') return
      const inFlow = path.some((above) => isCollection(above) && above.flow === true)
      const line = source.slice(start).split(/\r?\n/, 1)[0]!
      const end = start + lengthOf(line, cut - start, inFlow ? /^\s*(?:[,}\]]|$)/ : /^\s*$/)
      if (end <= cut) return
      const over = found.findIndex((other) => start < other.end && other.start < end)
      // One that is whole as YAML took it ends there, if another begins behind it.
      if (over >= 0 && !WHOLE.test(source.slice(found[over]!.start, found[over]!.cut))) return
      if (over >= 0) found.splice(over, 1)
      const comment = /^\s+#/.test(source.slice(cut, end))
      found.push({ start, end, cut, comment, place: place(start, end), text: source.slice(start, end) })
    },
  })
  return found
}

/** Of the shortest regular expression that is longer than what YAML took; 0: there is none. */
function lengthOf(line: string, taken: number, follows: RegExp): number {
  for (const { index, 0: last } of line.matchAll(LAST)) {
    const end = index + last.length
    if (index > 1 && end > taken && follows.test(line.slice(end))) return end
  }
  return 0
}

/** What is said of one, instead of what the parser or the schema made of its parts. */
export const unquotedRegex = ({ place, text }: SplitRegex): Diagnostic => ({
  code: 'scenario/unquoted-regex',
  message: 'YAML reads the signs of this regular expression as its own',
  at: place,
  hint: `put quotes around it: ${quoted(text)}`,
})

/** One whose end is a comment, in a file without errors: YAML says nothing of it. */
export const warnsOfComment = ({ comment, cut, start, text, place }: SplitRegex): Diagnostic | null =>
  comment && /^\s+#\S/.test(text.slice(cut - start))
    ? { ...unquotedRegex({ comment, cut, start, text, place, end: 0 }), severity: 'warning' }
    : null

/** Double quotes need backslashes doubled, single ones a single quote. */
const quoted = (text: string): string => (/[\\"]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`)

/** Each error that lies in a part of one is replaced by what is really wrong there, once. */
export function blamedOnRegexes(
  diagnostics: readonly Diagnostic[],
  regexes: readonly SplitRegex[],
): readonly Diagnostic[] {
  if (regexes.length === 0) return diagnostics
  const blamed = new Set<SplitRegex>()
  return diagnostics.flatMap((diagnostic) => {
    const { at, severity } = diagnostic
    const regex = regexes.find(
      ({ place: { file, line, column, length }, start, cut }) =>
        severity !== 'warning' &&
        at.file === file &&
        at.line === line &&
        at.column >= column + cut - start &&
        at.column < column + length,
    )
    if (regex === undefined) return [diagnostic]
    if (blamed.has(regex)) return []
    blamed.add(regex)
    return [unquotedRegex(regex)]
  })
}
