// Scenario text made of values, by the library that reads it. All text is meant as it is: whatever it looks like (a key,
// a comment, a number, an expression), it is read back as the same text. Expressions are written by `expression` alone.

import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { oneLine } from '../outside/index.ts'

/** Text in a form of its own. */
export class Written {
  readonly text: string
  readonly isQuoted: boolean

  constructor(text: string, isQuoted: boolean) {
    this.text = text
    this.isQuoted = isQuoted
  }
}

/** A value of ours that stands without quotes though it begins with a digit: `20s`, `0.5`. Throws RangeError for other text. */
export function bare(text: string): Written {
  if (!/^[0-9][\w.]*$/.test(text)) throw new RangeError(`${JSON.stringify(text)} cannot stand without quotes`)
  return new Written(text, false)
}

/** Text in double quotes, even where it needs none. */
export const quoted = (text: string): Written => new Written(literal(text), true)

/** `${{ … }}`. `name`: such as `saved.id1`; a path of names. */
export function expression(name: string): Written {
  if (!/^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/.test(name)) throw new RangeError(`${JSON.stringify(name)} is not a name`)
  return new Written(`\${{ ${name} }}`, true)
}

/** A value as a scenario can say it. Keys whose value is undefined are not there. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Written
  | readonly Value[]
  | { readonly [key: string]: Value | undefined }

/** On one line: `{ a: 1, b: [x, y] }`. */
export function flow(value: Value): Node {
  if (value instanceof Written) return scalar(value.text, value.isQuoted)
  if (typeof value === 'string') return scalar(literal(value), !isPlain(value))
  if (value === null || typeof value !== 'object') return new Scalar(value)
  if (Array.isArray(value)) return list(value.map(flow), true)
  const entries = Object.entries(value as Readonly<Record<string, Value | undefined>>)
  return map(
    entries.flatMap(([key, item]) => (item === undefined ? [] : [[key, flow(item)] as const])),
    true,
  )
}

/** An entry a line. */
export function map(entries: readonly (readonly [string, Node])[], isFlow = false): YAMLMap {
  const made = new YAMLMap()
  made.flow = isFlow
  for (const [key, node] of entries) made.items.push(new Pair(flow(key), node))
  return made
}

/** An item a line. */
export function list(items: readonly Node[], isFlow = false): YAMLSeq {
  const made = new YAMLSeq()
  made.flow = isFlow
  made.items.push(...items)
  return made
}

/** The text of a document. Comments: a line each, whatever is in them. */
export function documentText(root: YAMLMap, head: readonly string[] = [], tail: readonly string[] = []): string {
  const made = new Document()
  if (head.length > 0) root.commentBefore = comment(head)
  if (tail.length > 0) made.comment = comment(tail)
  made.contents = root
  return made.toString(FORM)
}

/** The characters of a node on one line. */
export const lengthOf = (node: Node): number => new Document(node).toString(FORM).trimEnd().length

/** Long lines stay whole: a scenario's lines are what is shown of it. */
const FORM = {
  lineWidth: 0,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  flowCollectionPadding: true,
  indentSeq: true,
} as const

const comment = (lines: readonly string[]): string => lines.map((line) => ` ${oneLine(line)}`).join('\n')

/** `$${{` is how text holds a literal `${{`. */
const literal = (text: string): string => text.replaceAll('${{', () => '$${{')

const RESERVED = /^(true|false|yes|no|on|off|null|y|n)$/i
const isPlain = (text: string): boolean => /^[A-Za-z][\w./-]*$/.test(text) && !RESERVED.test(text)

function scalar(text: string, isQuoted: boolean): Scalar {
  const made = new Scalar<string | number>(text)
  made.type = isQuoted ? 'QUOTE_DOUBLE' : 'PLAIN'
  // Plain text that another type would read, such as 20, is the value that it looks like.
  if (!isQuoted && /^[0-9]/.test(text)) made.value = Number.isNaN(Number(text)) ? text : Number(text)
  return made
}
