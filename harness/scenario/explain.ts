// zod's issues in words of a scenario. An issue here still has a path, not a place: check.ts knows
// the tree. Of a union, the branch that the writer most likely meant is the one explained.

import type { z } from 'zod'
import { PLAIN_TYPES } from './explain-settings.ts'
import { didYouMean } from './suggest.ts'
import { type Node, nodeAt, type ScalarNode, toPlain } from './tree.ts'
import { type ComplaintParams, nameOf } from './word.ts'

type Issue = z.core.$ZodIssue

export interface Explained {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly path: readonly PropertyKey[]
  /** Point at this key of the map at `path`. */
  readonly key?: string
  /** What would have fitted, when the type as a whole did not. */
  readonly expected?: string | undefined
  /** Smaller is nearer to right: how branches of a union compete. */
  readonly cost: number
}

export interface Explaining {
  readonly root: Node
  /** Keys that the schema has at a path, for suggestions. */
  keysAt(path: readonly PropertyKey[]): readonly string[]
  /** Whether a value is known only later, so that nothing can be said about it. */
  isOpen(node: Node): boolean
}

const TYPES: Readonly<Record<string, string>> = {
  ...PLAIN_TYPES,
  tuple: 'a list',
  null: 'nothing',
  custom: 'a value',
}

export function explain(issue: Issue, base: readonly PropertyKey[], context: Explaining): Explained[] {
  const path = [...base, ...issue.path]
  const { node, depth } = nodeAt(context.root, path)
  if (depth === path.length && context.isOpen(node)) return []
  if (issue.code === 'invalid_union') return explainUnion(issue, path, context)
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, context))
  if (issue.code === 'invalid_key') return explainKey(issue, path)
  if (depth < path.length && issue.code !== 'custom') return [missing(issue, path, depth)]
  return [explainValue(issue, path, node)]
}

function unknownKey(key: string, path: readonly PropertyKey[], context: Explaining): Explained {
  const keys = context.keysAt(path)
  const listed = keys.length === 0 || keys.length > 24 ? undefined : `known here: ${keys.join(', ')}`
  return {
    code: 'scenario/unknown-key',
    message: `unknown key "${key}"`,
    hint: didYouMean(key, keys, elsewhere(key, keys, path, context) ?? listed),
    path,
    key,
    cost: 3,
  }
}

/** What a payload can be matched by, beside text. */
const PAYLOAD = 'payload'
const FORMS: readonly string[] = ['json', 'hex', 'file']

/** Right in itself, but a level too high or too low. */
function elsewhere(
  key: string,
  keys: readonly string[],
  path: readonly PropertyKey[],
  context: Explaining,
): string | undefined {
  const below = keys.find((one) => context.keysAt([...path, one]).includes(key))
  if (below !== undefined) return `write ${below}: { ${key}: … }`
  if (keys.includes(PAYLOAD) && FORMS.includes(key)) return `write ${PAYLOAD}: { ${key}: … }`
  const above = path.at(-1)
  const isAbove = typeof above === 'string' && context.keysAt(path.slice(0, -1)).includes(key)
  if (isAbove) return `it belongs beside ${above}, not into it`
  if (keys.includes('use') && keys.includes('with')) return `options go under with: { ${key}: … }`
  if (keys.includes('metric')) return `a bound is { metric: ${key}, total: { eq: 0 } }`
  if (keys.includes('socket') && /wi-?fi/i.test(key))
    return 'Wi-Fi is lost by the step wifi; claim what becomes of it: socket, device, serial or packet'
  return undefined
}

function missing(issue: Issue, path: readonly PropertyKey[], depth: number): Explained {
  const step = path[depth]!
  const name = typeof step === 'number' ? `item ${step + 1} of the list` : `"${String(step)}"`
  const expected = issue.message.replace(/^expected /, '')
  const what = issue.code === 'invalid_type' ? (TYPES[issue.expected] ?? issue.expected) : undefined
  const isWord = issue.code === 'invalid_type' && issue.expected === 'custom'
  const values = issue.code === 'invalid_value' ? issue.values.map(String).join(', ') : undefined
  const hint = isWord ? `it is ${expected}` : (values ?? what) === undefined ? undefined : `it is ${values ?? what}`
  return { code: 'scenario/missing-key', message: `${name} is missing`, hint, path: path.slice(0, depth), cost: 4 }
}

/** A key of a record that the keys' own schema refuses. */
function explainKey(issue: Extract<Issue, { code: 'invalid_key' }>, path: readonly PropertyKey[]): Explained[] {
  const key = String(path.at(-1))
  const [inner] = issue.issues
  const params = paramsOf(inner)
  const message = inner === undefined || isDefault(inner.message) ? `"${key}" is not a fitting key` : inner.message
  return [
    {
      code: params.diagnostic ?? 'scenario/bad-key',
      message,
      hint: hintOf(params, key),
      path: path.slice(0, -1),
      key,
      cost: 2,
    },
  ]
}

function explainValue(issue: Issue, path: readonly PropertyKey[], node: Node): Explained {
  const at = { path, cost: path.length === 0 ? 2 : 1 }
  const got = toPlain(node)
  const written = node.kind === 'scalar' ? writtenOf(node) : ''
  if (issue.code === 'custom') {
    const params = paramsOf(issue)
    const code = params.diagnostic ?? 'scenario/bad-value'
    if (code === 'scenario/unknown-key' && path.length > 0) {
      const above = { path: path.slice(0, -1), key: String(path.at(-1)), cost: 3 }
      return { ...above, code, message: issue.message, hint: hintOf(params, written) }
    }
    const { expected } = params
    return {
      ...at,
      code,
      message: issue.message,
      hint: hintOf(params, written),
      expected,
      cost: expected === undefined ? at.cost : 50,
    }
  }
  const custom = isDefault(issue.message) ? undefined : issue.message
  switch (issue.code) {
    case 'invalid_type': {
      const expected = TYPES[issue.expected] ?? issue.expected
      const bare = issue.expected === 'string' && (typeof got === 'number' || typeof got === 'boolean')
      const code = bare ? 'scenario/bare-number' : 'scenario/wrong-type'
      const fractional = issue.expected === 'int' && typeof got === 'number'
      const message = custom ?? `expected ${expected}, got ${fractional ? got : kindOf(got)}`
      return {
        ...at,
        code,
        message,
        hint: typeHint(issue.expected, got, written),
        expected,
        cost: fractional ? at.cost : 50,
      }
    }
    case 'invalid_value': {
      const values = issue.values.map((value) => (typeof value === 'string' ? value : String(value)))
      const listed =
        values.length === 1
          ? `expected ${shown(issue.values[0])}, got ${nameOf(got)}`
          : `${nameOf(got)} is not one of ${values.join(', ')}`
      const hint = typeof got === 'string' ? (didYouMean(got, values) ?? literalHint(issue.values, got)) : undefined
      const mismatch = typeof got === 'object' || !issue.values.some((value) => typeof value === typeof got)
      const expected = values.join(', ')
      return { ...at, code: 'scenario/bad-value', message: custom ?? listed, hint, expected, cost: mismatch ? 50 : 20 }
    }
    case 'too_small':
      return {
        ...at,
        code: 'scenario/bad-value',
        message: custom ?? bounded(issue.origin, 'at least', issue.minimum, issue.inclusive ?? true),
      }
    case 'too_big':
      return {
        ...at,
        code: 'scenario/bad-value',
        message: custom ?? bounded(issue.origin, 'at most', issue.maximum, issue.inclusive ?? true),
      }
    case 'not_multiple_of':
      return { ...at, code: 'scenario/bad-value', message: custom ?? `must be a multiple of ${issue.divisor}` }
    case 'invalid_format':
      return {
        ...at,
        code: 'scenario/bad-value',
        message: custom ?? `${nameOf(got)} does not have the form that is expected here`,
      }
    default:
      return { ...at, code: 'scenario/bad-value', message: custom ?? `${nameOf(got)} does not fit here` }
  }
}

/** The branch with the least that is wrong. When none fits even in kind, all that would have. */
function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly PropertyKey[],
  context: Explaining,
): Explained[] {
  const branches = issue.errors.map((errors) => errors.flatMap((one) => explain(one, path, context)))
  if (branches.some((branch) => branch.length === 0)) return []
  const { node } = nodeAt(context.root, path)
  if (branches.length === 0) {
    const options = (issue as { options?: readonly unknown[] }).options?.map(String) ?? []
    const got = toPlain(node)
    const hint = typeof got === 'string' ? didYouMean(got, options) : undefined
    return [
      {
        code: 'scenario/bad-value',
        message: `${nameOf(got)} is not one of ${options.join(', ')}`,
        hint,
        path,
        cost: 20,
      },
    ]
  }
  // A value of the wrong kind inside of what is right in kind says less against the whole.
  const weight = (one: Explained): number => (one.path.length > path.length ? Math.min(one.cost, 5) : one.cost)
  const costs = branches.map((branch) => branch.reduce((sum, one) => sum + weight(one), 0))
  const best = costs.indexOf(Math.min(...costs))
  const foreign = branches.map((branch) =>
    branch.find((one) => one.expected !== undefined && one.path.length === path.length),
  )
  if (branches.length > 1 && foreign.every((one) => one !== undefined)) {
    const expected = [...new Set(foreign.map((one) => one!.expected!))].join(' or ')
    const { code, hint } = foreign[best]!
    return [{ code, message: `expected ${expected}, got ${nameOf(toPlain(node))}`, hint, path, expected, cost: 50 }]
  }
  return branches[best]!
}

const paramsOf = (issue: unknown): ComplaintParams => (issue as { params?: ComplaintParams } | undefined)?.params ?? {}
const hintOf = ({ hint }: ComplaintParams, written: string): string | undefined =>
  typeof hint === 'function' ? hint(written) : hint

/** zod's own wording, which nobody should see; whatever else is there was written for people. */
const isDefault = (message: string): boolean => /^(Invalid |Too (small|big)\b|Unrecognized key)/.test(message)

const writtenOf = (node: ScalarNode): string => (node.quoted ? String(node.value) : node.text)

function kindOf(value: unknown): string {
  if (typeof value === 'string') return `text ${nameOf(value)}`.replace('text text', 'text')
  return typeof value === 'number' ? 'a number' : nameOf(value)
}

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value))

function literalHint(values: readonly unknown[], got: string): string | undefined {
  return values.some((value) => typeof value !== 'string' && String(value) === got)
    ? `write ${got} without quotes`
    : undefined
}

function typeHint(expected: string, got: unknown, written: string): string | undefined {
  if (expected === 'string' && (typeof got === 'number' || typeof got === 'boolean')) return `write "${written}"`
  if (typeof got === 'string') {
    if ((expected === 'number' || expected === 'int') && /^-?\d+(\.\d+)?$/.test(got))
      return `write ${got} without quotes`
    if (expected === 'boolean' && /^(true|yes|on)$/i.test(got)) return 'write true'
    if (expected === 'boolean' && /^(false|no|off)$/i.test(got)) return 'write false'
  }
  if (expected === 'array' && got !== null && typeof got !== 'object') return `write [${written}]`
  return undefined
}

function bounded(origin: string, word: string, bound: number | bigint, inclusive: boolean): string {
  const least = word === 'at least'
  if (origin === 'string' || origin === 'array' || origin === 'set' || origin === 'map') {
    if (least && Number(bound) <= 1) return 'must not be empty'
    return `must have ${word} ${bound} ${origin === 'string' ? 'characters' : 'items'}`
  }
  if (inclusive) return `must be ${word} ${bound}`
  return `must be ${least ? 'more' : 'less'} than ${bound}`
}
