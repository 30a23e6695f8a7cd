// The YAML parser's errors in words a person can act on. After the first error on a line the
// parser only guesses, so what else it says about that line is left out.

import { type Document, isScalar, visit, type YAMLError } from 'yaml'
import type { Diagnostic } from './diagnostic.ts'
import type { Placer } from './placer.ts'
import { type SplitRegex, unquotedRegex } from './unquoted-regex.ts'

type Words = readonly [code: string, message: string, hint?: string]

export function explainYamlErrors(
  document: Document,
  source: string,
  place: Placer,
  regexes: readonly SplitRegex[],
): Diagnostic[] {
  const found: Diagnostic[] = []
  const lines = new Set<number>()
  let afterExpression = false
  // Unknown tags are warnings of the parser; the tree builder finds them itself.
  for (const error of [...document.errors].sort((a, b) => a.pos[0] - b.pos[0])) {
    const [start, end] = error.pos
    const { line } = place(start, start)
    if (lines.has(line) || (afterExpression && GUESSES.has(error.code))) continue
    lines.add(line)
    const regex = regexes.find((one) => one.place.line === line || (one.comment && one.end <= start))
    if (regex !== undefined) {
      afterExpression = true
      if (!lines.has(regex.place.line) || regex.place.line === line) found.push(unquotedRegex(regex))
      lines.add(regex.place.line)
      continue
    }
    const lineStart = source.lastIndexOf('\n', start - 1) + 1
    const lineText = source.slice(lineStart).split(/\r?\n/, 1)[0] ?? ''
    const expression = unquotedExpression(lineText)
    if (expression >= 0 && error.code !== 'TAB_AS_INDENT') {
      afterExpression = true
      const at = lineStart + expression
      const length = /^\$\{\{.*?\}\}/.exec(lineText.slice(expression))?.[0].length ?? 3
      found.push({
        code: 'scenario/unquoted-expression',
        message: 'YAML reads this expression as its own syntax',
        at: place(at, at + length),
        hint: `put quotes around it: "${source.slice(at, at + length)}"`,
      })
      continue
    }
    const [code, message, hint] = words(error, source, lineText)
    const opening = /closing ["']/.test(error.message) ? openingQuote(document, start) : undefined
    const at = opening === undefined ? place(start, end) : place(opening, opening + 1)
    found.push({ code: `scenario/${code}`, message, at, hint })
  }
  return found
}

function words({ code, message, pos }: YAMLError, source: string, line: string): Words {
  switch (code) {
    case 'TAB_AS_INDENT':
      return ['yaml-tab', 'a tab stands where the indentation should be', 'indent with spaces']
    case 'MULTIPLE_DOCS':
      return ['multiple-documents', 'a second document begins here', 'one scenario a file: remove the "---" or "..."']
    case 'BAD_SCALAR_START':
      return [
        'yaml-syntax',
        `a value cannot begin with ${source[pos[0]]} unless it is quoted`,
        'put quotes around the value',
      ]
    case 'BLOCK_AS_IMPLICIT_KEY':
      return ['yaml-syntax', 'a key inside the value of a key on one line', 'quote the value, or write { key: value }']
    case 'MULTILINE_IMPLICIT_KEY':
      return /^\s*(?:- )?[\w-]+:\S/.test(line)
        ? ['yaml-syntax', 'a space is missing after the ":"', `write "${line.trim().replace(/:(?=\S)/, ': ')}"`]
        : ['yaml-syntax', 'a key must stand on one line, with a ":" after it']
    case 'BAD_DQ_ESCAPE':
      return [
        'yaml-syntax',
        `${source.slice(pos[0], pos[0] + 2)} is not an escape sequence of a double-quoted text`,
        'write \\\\ for a backslash, or use single quotes',
      ]
    case 'RESOURCE_EXHAUSTION':
      return ['yaml-too-deep', 'nested too deeply to be read']
    case 'BLOCK_IN_FLOW':
      return ['yaml-syntax', 'this does not fit inside { } or [ ]', 'a comma may be missing before it']
    default:
      return byMessage(message)
  }
}

function byMessage(message: string): Words {
  if (/closing ["']/.test(message)) return ['yaml-syntax', 'the quote that opens here is never closed']
  const [, kind, close] = /^Flow (sequence|map) in block.*end with an? (.)/.exec(message) ?? []
  if (kind !== undefined) return ['yaml-syntax', `a "${close}" is missing before this`, 'or indent this line further']
  const [, token] = /^Unexpected .* token in YAML stream: "(.*)"$/.exec(message) ?? []
  if (token !== undefined) return ['yaml-syntax', `${token} does not belong here`]
  if (/at node end$/.test(message))
    return ['yaml-syntax', 'the value ended before this', 'if this belongs to it, put quotes around the whole value']
  if (/Implicit map keys need/.test(message)) return ['yaml-syntax', 'this key has no ":" after it', 'write key: value']
  if (/without - indicator/.test(message))
    return [
      'yaml-syntax',
      'this stands in a list but does not begin with "- "',
      'check that its column fits the line above',
    ]
  if (/must start at the same column/.test(message))
    return ['yaml-syntax', 'the indentation does not fit', 'keys of one map must begin in the same column']
  return ['yaml-syntax', message.charAt(0).toLowerCase() + message.slice(1)]
}

/** What the parser says of what follows when it has lost its way. */
const GUESSES: ReadonlySet<string> = new Set(['UNEXPECTED_TOKEN', 'BAD_INDENT', 'MISSING_CHAR', 'BLOCK_IN_FLOW'])

/** Where `${{` stands outside quotes on this line, or -1. */
function unquotedExpression(line: string): number {
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!
    if (quote !== '') quote = char === quote ? '' : quote
    else if (line.startsWith('${{', i)) return i
    else if ((char === '"' || char === "'") && /[\s[{,:]/.test(line[i - 1] ?? ' ')) quote = char
    else if (char === '#' && /\s/.test(line[i - 1] ?? ' ')) return -1
  }
  return -1
}

/** A quote left open swallows the file, and the parser complains at the end of it. */
function openingQuote(document: Document, end: number): number | undefined {
  let start: number | undefined
  visit(document, (_, node) => {
    if (isScalar(node) && /^QUOTE/.test(node.type ?? '') && node.range != null && node.range[0] < end)
      start = Math.max(start ?? 0, node.range[0])
  })
  return start
}

const MAX_NESTING = 300

/** The offset at which brackets or the dashes of one line nest too deeply, if they do. */
export function tooDeep(source: string): number | undefined {
  let depth = 0
  let indent = 0
  let inIndent = true
  for (let i = 0; i < source.length; i++) {
    const char = source[i]!
    if (char === '\n') {
      indent = 0
      inIndent = true
    } else if (inIndent) {
      inIndent = /[-?: \t]/.test(char)
      if (++indent > 4 * MAX_NESTING && inIndent) return i
    }
    if (char === '[' || char === '{') depth++
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1)
    if (depth > MAX_NESTING) return i
  }
  return undefined
}
