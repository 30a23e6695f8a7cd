// What devices promise (`contract:`), as values for expressions; and whether a scenario is for such devices (`promises:`).

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { milliseconds, type Place, seconds } from '../../../emulators/index.ts'
import { type Contract, contractShape, deviceKinds } from '../../devices/index.ts'
import {
  childOf,
  type Diagnostic,
  type Diagnostics,
  didYouMean,
  durationValue,
  entryOf,
  type Node,
  parseQuantity,
  parseScenarioText,
  percentValue,
  type Scope,
  type ScopeMap,
  type ScopeValue,
  scalarsOf,
  typedValue,
  validate,
} from '../../scenario/index.ts'
import { interpolateNow } from './context.ts'

/** By device; null: it has none. */
export type Contracts = Readonly<Record<string, ScopeMap | null>>

/** Where a contract says nothing of a cap. */
const NO_CAP = durationValue(seconds(24 * 3600))

/** Of the devices as they are played, with what is bound to them. */
export function contractsOf(
  devices: readonly (readonly [string, Node])[],
  scope: Scope,
  diagnostics: Diagnostics,
): Contracts {
  return Object.fromEntries(devices.map(([name, node]) => [name, contractOf(node, scope, diagnostics)]))
}

function contractOf(device: Node, scope: Scope, diagnostics: Diagnostics): ScopeMap | null {
  const use = childOf(device, 'use')
  const kind = use?.kind === 'scalar' ? deviceKinds[String(use.value)] : undefined
  const said = childOf(device, 'contract') ?? kind?.contract?.(device)
  if (said === undefined) return null
  const node = fromFile(said, diagnostics)
  if (node === undefined) return null
  const filled = interpolateNow(node, scope, diagnostics)
  const contract = validate(contractShape, filled, diagnostics)
  if (contract === undefined) return null
  return withDefaults(quantities(typedValue(filled)) as ScopeMap, contract)
}

/** What `contract: { file: PATH }` of a device in a file of its own names; of a scenario it has been read already. */
function fromFile(node: Node, diagnostics: Diagnostics): Node | undefined {
  const path = entryOf(node, 'file')?.value
  if (path?.kind !== 'scalar') return node
  const file = resolve(dirname(path.place.file), String(path.value))
  try {
    const parsed = parseScenarioText(file, readFileSync(file, 'utf8'))
    diagnostics.addAll(parsed.diagnostics)
    return parsed.root ?? undefined
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read'
    diagnostics.add({
      code: 'scenario/file',
      message: `the file ${String(path.value)} ${why}`,
      at: path.place,
      hint: 'paths count from the folder of the file that names it',
    })
    return undefined
  }
}

const TEXTS: ReadonlySet<string> = new Set(['name', 'topic', 'says'])

/** `"5s"` in quotes is a duration as well: the schema knows which clauses are. */
function quantities(value: ScopeValue | undefined): ScopeValue {
  if (typeof value === 'string') return parseQuantity(value) ?? value
  if (Array.isArray(value)) return value.map(quantities)
  if (typeof value !== 'object' || value === null || value.constructor !== Object) return value ?? null
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, TEXTS.has(key) ? inner : quantities(inner as ScopeValue)]),
  )
}

/** What expressions find where a clause leaves out what is optional. */
function withDefaults(said: ScopeMap, { backoff, offline, publishes }: Contract): ScopeMap {
  const result: Record<string, ScopeValue | undefined> = { ...said }
  if (backoff !== undefined) {
    const words = said.backoff as ScopeMap
    result.backoff = {
      jitter: percentValue(0),
      takes: durationValue(seconds(0.25)),
      ...words,
      step: backoff.kind === 'linear' ? (words.step ?? words.base) : durationValue(seconds(0)),
      factor: backoff.kind === 'exponential' ? (words.factor ?? 2) : 1,
      longest: words.cap ?? (backoff.kind === 'fixed' ? words.base : NO_CAP),
    }
  }
  // Who keeps nothing drops neither the oldest nor the newest.
  if (offline !== undefined)
    result.offline =
      offline.keeps === 0
        ? { keeps: 0 }
        : {
            drops: 'oldest',
            drains: durationValue(milliseconds((publishes?.every ?? 0) / 2)),
            ...(said.offline as ScopeMap),
          }
  return result
}

/** `PATH`, or `PATH = VALUE`. */
interface Clause {
  readonly path: string
  readonly value: string | null
}

const clauseOf = (text: string): Clause => {
  const [path = '', ...value] = text.split('=')
  return { path: path.trim(), value: value.length === 0 ? null : value.join('=').trim() }
}

/** Why the scenario is not for these devices; null: it is. `node`: what stands at `promises:`. */
export function unpromised(
  promises: Readonly<Record<string, readonly string[]>>,
  contracts: Contracts,
  node: Node | undefined,
  diagnostics: Diagnostics,
): string | null {
  const reasons: string[] = []
  for (const [device, clauses] of Object.entries(promises)) {
    const at = entryOf(node, device)?.keyPlace
    if (at === undefined) continue
    if (!Object.hasOwn(contracts, device)) {
      diagnostics.add({
        code: 'scenario/unknown-device',
        message: `unknown device "${device}"`,
        at,
        hint: didYouMean(device, Object.keys(contracts)) ?? 'promises: names devices of this scenario',
      })
      continue
    }
    for (const { path, value } of clauses.map(clauseOf)) {
      const unknown = unknownClause(path, at)
      diagnostics.addAll(unknown)
      if (unknown.length === 0) reasons.push(...(unmet(contracts[device]!, device, path, value) ?? []))
    }
  }
  return reasons[0] ?? null
}

/** What expressions find beside the clauses: see withDefaults. */
const DERIVED: readonly string[] = ['backoff.longest']
const CLAUSE = /\bcontract\s*\.\s*[\w-]+\s*\.\s*([a-z]\w*(?:\s*\.\s*[a-z]\w*)*)/g

/** Clauses in expressions that no contract has: with `||` behind them they would be taken for clauses that are left out. */
export const unknownClauses = (root: Node): readonly Diagnostic[] =>
  scalarsOf(root).flatMap(({ text, place }) =>
    [...text.matchAll(/\$\{\{.*?\}\}/gs)]
      .flatMap(([expression]) => [...expression.matchAll(CLAUSE)].map(([, path]) => path!.replace(/\s/g, '')))
      .filter((path) => !DERIVED.includes(path))
      .flatMap((path) => unknownClause(path, place)),
  )

function unknownClause(path: string, at: Place): readonly Diagnostic[] {
  const known = clausesAt(path)
  if (known === null) return []
  const hint = didYouMean(path, known) ?? `there is ${known.join(', ')}`
  return [{ code: 'scenario/unknown-clause', message: `a contract has no clause "${path}"`, at, hint }]
}

/** The clauses that there are beside a path that is none; null: it is one. */
function clausesAt(path: string): readonly string[] | null {
  let shape: unknown = contractShape
  let before = ''
  for (const part of path.split('.')) {
    const keys = Object.keys(shapeOf(shape))
    if (!keys.includes(part)) return keys.map((key) => `${before}${key}`)
    shape = shapeOf(shape)[part]
    before += `${part}.`
  }
  return null
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> {
  const { def, shape } = schema as { def?: { innerType?: unknown }; shape?: Readonly<Record<string, unknown>> }
  return shape ?? (def?.innerType === undefined ? {} : shapeOf(def.innerType))
}

function unmet(contract: ScopeMap | null, device: string, path: string, wanted: string | null): [string] | null {
  if (contract === null)
    return [`${device} has no contract: write contract: { file: NAME.contract.yaml } into the device`]
  const value = path
    .split('.')
    .reduce<ScopeValue | undefined>((at, key) => (at === undefined ? undefined : (at as ScopeMap)[key]), contract)
  if (value === undefined) return [`the contract of ${device} says nothing of ${path}`]
  if (wanted === null || String(value) === wanted) return null
  return [`the contract of ${device} says ${path}: ${String(value)}, and this scenario is for ${wanted}`]
}
