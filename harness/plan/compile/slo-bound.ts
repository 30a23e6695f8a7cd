// A bound of `slo`, read in the unit of its metric: a time is a duration, a count a whole number, a rate so many a
// second. A quantity of another kind could be compared as a number, and would mean nothing.

import {
  type Diagnostics,
  didYouMean,
  type Node,
  type Parsed,
  parseDuration,
  parseRate,
  RANGE,
  type ScalarNode,
  type ValueMatcher,
} from '../../scenario/index.ts'

export type BoundUnit = 'duration' | 'count' | 'rate'

const OPERATORS = [...RANGE, 'eq', 'in', 'not'] as const

/** Numbers in ms, counts, or a second. undefined: it is no such bound, which has been reported. */
export function readBound(node: Node, unit: BoundUnit, diagnostics: Diagnostics): ValueMatcher | undefined {
  if (node.kind === 'scalar') return quantity(node, unit, diagnostics)
  if (node.kind === 'list') return refuse(node, diagnostics, 'a bound is not a list', 'write { in: […] }')
  const keys = node.entries.map((entry) => entry.key)
  const unknown = node.entries.find(({ key }) => !(OPERATORS as readonly string[]).includes(key))
  if (unknown !== undefined) {
    diagnostics.add({
      code: 'scenario/slo-bound',
      message: `a bound has no "${unknown.key}"`,
      at: unknown.keyPlace,
      hint: didYouMean(unknown.key, OPERATORS) ?? `it has ${OPERATORS.join(', ')}`,
    })
    return undefined
  }
  if (node.entries.length === 0) return refuse(node, diagnostics, 'the bound is empty', 'write { lt: … }')
  if (keys.every((key) => (RANGE as readonly string[]).includes(key))) return range(node.entries, unit, diagnostics)
  if (keys.length > 1)
    return refuse(
      node,
      diagnostics,
      `a bound has one of these, here are ${keys.join(' and ')}`,
      'only lt, lte, gt and gte go together',
    )
  const { key, value } = node.entries[0]!
  if (key === 'eq')
    return value.kind === 'scalar' ? quantity(value, unit, diagnostics) : wrongKind(value, unit, diagnostics)
  if (key === 'not') {
    const inner = readBound(value, unit, diagnostics)
    return inner === undefined ? undefined : { not: inner }
  }
  if (value.kind !== 'list' || value.items.length === 0)
    return refuse(value, diagnostics, 'in takes a list', 'write { in: [1, 2] }')
  const items = value.items.map((item) => readBound(item, unit, diagnostics))
  return items.includes(undefined) ? undefined : { in: items as ValueMatcher[] }
}

function range(
  entries: readonly { readonly key: string; readonly value: Node }[],
  unit: BoundUnit,
  diagnostics: Diagnostics,
): ValueMatcher | undefined {
  const read: Record<string, number> = {}
  for (const { key, value } of entries) {
    const n = value.kind === 'scalar' ? quantity(value, unit, diagnostics) : wrongKind(value, unit, diagnostics)
    if (n === undefined) return undefined
    read[key] = n
  }
  return read
}

function quantity(node: ScalarNode, unit: BoundUnit, diagnostics: Diagnostics): number | undefined {
  const parsed = parse(node, unit)
  if (parsed === null) return wrongKind(node, unit, diagnostics)
  if (parsed.ok) return parsed.value
  diagnostics.add({ code: `scenario/${parsed.code}`, message: parsed.reason, at: node.place, hint: parsed.hint })
  return undefined
}

/** null: neither a number nor text. */
function parse({ value }: ScalarNode, unit: BoundUnit): Parsed<number> | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null
  if (unit === 'duration') return parseDuration(String(value))
  if (unit === 'rate') return parseRate(String(value))
  if (typeof value !== 'number') return null
  if (Number.isSafeInteger(value) && value >= 0) return { ok: true, value }
  return { ok: false, code: 'bad-value', reason: `a count is a whole number, 0 or more, not ${value}` }
}

const EXPECTED = {
  duration: ['a duration', 'for instance 250ms'],
  count: ['a whole number', 'for instance 0; a count has no unit'],
  rate: ['a rate', 'for instance 500/s'],
} as const

function wrongKind(node: Node, unit: BoundUnit, diagnostics: Diagnostics): undefined {
  const [what, hint] = EXPECTED[unit]
  const got = node.kind === 'scalar' ? node.text : `a ${node.kind}`
  return refuse(node, diagnostics, `expected ${what}, got ${got}`, hint)
}

function refuse(node: Node, diagnostics: Diagnostics, message: string, hint: string): undefined {
  diagnostics.add({ code: 'scenario/slo-bound', message, at: node.place, hint })
  return undefined
}
