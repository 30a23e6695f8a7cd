// Fills in `${{ … }}`. A scalar that is one expression becomes its value, with its type; inside
// longer text the value becomes text. What is filled in is never looked at again, so a value that
// came from outside cannot smuggle in an expression.

import type { Place } from '../../emulators/index.ts'
import type { Diagnostics } from './diagnostic.ts'
import { checkNames, evaluate, laterNames, readsBroken, type Scope } from './expression/evaluate.ts'
import { ExpressionError } from './expression/lex.ts'
import { type Expression, membersOf, rootNames } from './expression/parse.ts'
import { type Part, templateOf } from './expression/template.ts'
import { describeKind, isBinary, Quantity, type ScopeMap, type ScopeValue, textOf } from './expression/value.ts'
import { type Node, placeInScalar, type ScalarNode } from './tree.ts'
import { tidy } from './units.ts'

export interface Interpolated {
  readonly node: Node
  /** Scalars left as they were, because they need a value that comes later. */
  readonly deferred: readonly ScalarNode[]
}

/** The tree with everything filled in that the scope knows. A scalar with a mistake stays as it was. */
export function interpolate(node: Node, scope: Scope, diagnostics: Diagnostics): Interpolated {
  const deferred: ScalarNode[] = []
  return { node: fill(node, scope, diagnostics, deferred), deferred }
}

/** By list or map: whether anything in it is to be filled in. Rows of a matrix look at the same ones again. */
const templates = new WeakMap<Node, boolean>()

function hasTemplates(node: Node): boolean {
  if (node.kind === 'scalar') return isTemplate(node)
  const known = templates.get(node)
  if (known !== undefined) return known
  const has =
    node.kind === 'list' ? node.items.some(hasTemplates) : node.entries.some(({ value }) => hasTemplates(value))
  templates.set(node, has)
  return has
}

const isTemplate = ({ value, computed }: ScalarNode): boolean =>
  typeof value === 'string' && !computed && value.includes('${{')

function fill(node: Node, scope: Scope, diagnostics: Diagnostics, deferred: ScalarNode[]): Node {
  if (!hasTemplates(node)) return node
  switch (node.kind) {
    case 'scalar':
      return fillScalar(node, scope, diagnostics, deferred)
    case 'list': {
      const items = node.items.map((item) => fill(item, scope, diagnostics, deferred))
      return items.every((item, i) => item === node.items[i]) ? node : { ...node, items }
    }
    case 'map': {
      const entries = node.entries.map((entry) => {
        const value = fill(entry.value, scope, diagnostics, deferred)
        return value === entry.value ? entry : { ...entry, value }
      })
      return entries.every((entry, i) => entry === node.entries[i]) ? node : { ...node, entries }
    }
  }
}

function fillScalar(node: ScalarNode, scope: Scope, diagnostics: Diagnostics, deferred: ScalarNode[]): Node {
  if (!isTemplate(node)) return node
  const { parts, errors } = templateOf(node)
  const expressions = parts.filter((part): part is Expression => typeof part !== 'string')
  if (expressions.some((expression) => readsBroken(expression, scope)))
    return { ...node, value: null, text: '', quoted: false, broken: true }
  const wrong = [...errors, ...expressions.flatMap((expression) => checkNames(expression, scope))]
  if (wrong.length > 0) {
    for (const error of wrong) report(error, node, diagnostics)
    return node
  }
  if (expressions.some((expression) => laterNames(expression, scope).length > 0)) {
    deferred.push(node)
    return node
  }
  try {
    const [only] = parts
    if (parts.length === 1 && typeof only === 'object') return nodeOf(evaluate(only, scope), node)
    const text = parts.map((part) => partText(part, scope)).join('')
    return { ...node, value: text, text, quoted: true, computed: true }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    report(error, node, diagnostics)
    return node
  }
}

function partText(part: Part, scope: Scope): string {
  if (typeof part === 'string') return part
  const value = evaluate(part, scope)
  if (isBinary(value))
    throw new ExpressionError(
      'expression-type',
      'these bytes are not UTF-8 text, and cannot be part of one',
      part,
      'let the expression stand alone, as a payload does: payload: "${{ saved.NAME }}"',
    )
  const text = textOf(value)
  if (text !== undefined) return text
  throw new ExpressionError(
    'expression-type',
    `${describeKind(value)} cannot stand inside text`,
    part,
    'string(…) makes it text',
  )
}

function report(error: ExpressionError, node: ScalarNode, diagnostics: Diagnostics): void {
  const { code, message, hint, start, end } = error
  diagnostics.add({ code, message, at: placeInScalar(node, start, Math.max(1, end - start)), hint })
}

/** A value as if it had been written where the expression stands. */
function nodeOf(value: ScopeValue, origin: ScalarNode): Node {
  const { place } = origin
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => nodeOf(item, origin)), place }
  if (typeof value === 'object' && value !== null && !(value instanceof Quantity) && !(value instanceof Uint8Array)) {
    const entries = Object.entries(value as ScopeMap).flatMap(([key, item]) =>
      item === undefined ? [] : [{ key, keyPlace: place, value: nodeOf(item, origin) }],
    )
    return { kind: 'map', entries, place }
  }
  // A payload takes them as hex, and so does a matcher.
  if (isBinary(value)) {
    const text = Buffer.from(value).toString('hex')
    const hex: Node = { kind: 'scalar', value: text, text, quoted: true, place, computed: true }
    return { kind: 'map', entries: [{ key: 'hex', keyPlace: place, value: hex }], place }
  }
  const plain =
    typeof value === 'number' ? tidy(value) : value === null || typeof value === 'boolean' ? value : textOf(value)!
  const quoted = typeof value === 'string' || value instanceof Uint8Array
  return { kind: 'scalar', value: plain, text: String(plain ?? ''), quoted, place, computed: true }
}

/** A name that the expressions of a scalar need: `i`, `link.port`, `saved.id`. */
export interface NeededName {
  readonly root: string
  readonly member: string | null
  readonly at: Place
}

export function namesIn(node: ScalarNode): readonly NeededName[] {
  const expressions = templateOf(node).parts.filter((part): part is Expression => typeof part !== 'string')
  return expressions.flatMap((expression) =>
    rootNames(expression).flatMap(({ name: root, start, end }): NeededName[] => {
      const members = membersOf(root, expression)
      if (members.length === 0) return [{ root, member: null, at: placeInScalar(node, start, end - start) }]
      return members.map(({ name, at }) => ({
        root,
        member: name,
        at: placeInScalar(node, at.start, at.end - at.start),
      }))
    }),
  )
}
