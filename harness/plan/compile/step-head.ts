// What all steps have in common, whichever their verb: which of the keys is the verb, what stands beside
// it (id, name, timeout, if, verifies, device), and how the step is called in reports.

import { z } from 'zod'
import { derive } from '../../../emulators/index.ts'
import { matchers } from '../../expect/index.ts'
import {
  type Diagnostic,
  didYouMean,
  entryOf,
  type MapEntry,
  type MapNode,
  type Node,
  validate,
} from '../../scenario/index.ts'
import { type AnyStep, steps as verbs } from '../../steps/index.ts'
import type { Deferred, Step } from '../model/plan.ts'
import { stepMeta } from '../schema/grammar.ts'
import { type Context, complain, interpolateNow, resolve } from './context.ts'
import { checkVerified } from './verified.ts'

const COMPOSED = ['expect', 'never', 'parallel', 'repeat'] as const
/** Made again when a verb joins. */
export let VERBS: readonly string[] = []
derive(() => {
  VERBS = [...Object.keys(verbs), ...COMPOSED]
})
const META = Object.keys(stepMeta)

/** Keys of a step that are no verbs of a registry. */
export const isStepKey = (key: string): boolean => META.includes(key) || (COMPOSED as readonly string[]).includes(key)
const { if: _, ...shape } = stepMeta
/** Made once: a schema is compiled at its first use. `if` may wait for the run, and is seen to by itself. */
const meta = z.strictObject(shape)

export function verbOf(node: Node, context: Context): MapEntry | undefined {
  if (node.kind !== 'map' || node.entries.length === 0) {
    complain(context, node, {
      code: 'scenario/wrong-type',
      message: 'a step is a map with one verb',
      hint: 'for instance: - connect: { device: blue }',
    })
    return undefined
  }
  const found: MapEntry[] = []
  for (const entry of node.entries) {
    if (VERBS.includes(entry.key)) found.push(entry)
    else if (!META.includes(entry.key)) context.diagnostics.add(unknownKey(entry))
  }
  if (found.length > 1) {
    const [, second] = found
    context.diagnostics.add({
      code: 'scenario/two-verbs',
      message: `a step has one verb, here are ${found.map((e) => e.key).join(' and ')}`,
      at: second!.keyPlace,
      hint: 'begin the second with its own dash',
    })
  }
  const unknown = node.entries.some((e) => !VERBS.includes(e.key) && !META.includes(e.key))
  if (found.length === 0 && !unknown)
    complain(context, node, {
      code: 'scenario/no-verb',
      message: 'this step has no verb',
      hint: `give it one of ${VERBS.join(', ')}`,
    })
  return found[0]
}

function unknownKey({ key, keyPlace }: MapEntry): Diagnostic {
  const matcher = Object.keys(matchers).includes(key) ? `to claim it, write expect: { ${key}: … }` : undefined
  return {
    code: 'scenario/unknown-step',
    message: `unknown step "${key}"`,
    at: keyPlace,
    hint: didYouMean(key, [...VERBS, ...META]) ?? matcher ?? `the verbs are ${VERBS.join(', ')}`,
  }
}

export interface Meta {
  readonly id: string | null
  readonly title: string | null
  readonly timeout: Step['timeout']
  readonly condition: Deferred<boolean> | null
  readonly verifies: readonly string[]
}

const NO_META: Meta = { id: null, title: null, timeout: null, condition: null, verifies: [] }

/** By step: rows of a matrix share what stands beside its verb, and with it what has been validated. */
const metas = new WeakMap<MapNode, MapNode>()

export function metaOf(node: MapNode, verb: MapEntry, context: Context): Meta {
  const entries = node.entries.filter((e) => META.includes(e.key))
  if (entries.length === 0) return NO_META
  const own = metas.get(node) ?? { ...node, entries: entries.filter((e) => e.key !== 'if') }
  metas.set(node, own)
  const filled = interpolateNow(own, context.scope, context.diagnostics)
  const parsed = validate(meta, filled, context.diagnostics)
  checkVerified(parsed?.verifies ?? [], node, context)
  const condition = entryOf(node, 'if')
  const later =
    condition === undefined
      ? undefined
      : resolve(context, condition.value, stepMeta.if.unwrap(), (value) => ({ value })).later
  if (parsed?.device !== undefined && entryOf(verb.value, 'device') !== undefined)
    context.diagnostics.add({
      code: 'scenario/device-twice',
      message: 'the step names its device twice',
      at: entryOf(node, 'device')!.keyPlace,
      hint: 'once is enough',
    })
  return {
    id: parsed?.id ?? null,
    title: parsed?.name ?? null,
    timeout: parsed?.timeout ?? null,
    condition: later === undefined ? null : (scope) => later(scope).value,
    verifies: parsed?.verifies ?? [],
  }
}

/** By step: rows of a matrix share the node, and with it what has been validated. */
const made = new WeakMap<MapNode, Node>()

/** The verb's argument with the step's own `device` put in, and a bare word in its place. */
export function withDevice(verb: MapEntry, step: MapNode): Node {
  const known = made.get(step)
  if (known !== undefined) return known
  const argument = argumentOf(verb, step)
  made.set(step, argument)
  return argument
}

function argumentOf(verb: MapEntry, step: MapNode): Node {
  const device = entryOf(step, 'device')
  const registered = verbs[verb.key as keyof typeof verbs] as AnyStep | undefined
  const { value } = verb
  if (value.kind === 'scalar' && registered?.bare !== undefined && value.value !== null)
    return { kind: 'map', place: value.place, entries: [{ key: registered.bare, keyPlace: value.place, value }] }
  if (device === undefined) return value
  if (value.kind === 'scalar' && value.value === null) return { kind: 'map', place: value.place, entries: [device] }
  if (value.kind !== 'map' || entryOf(value, 'device') !== undefined) return value
  return { ...value, entries: [device, ...value.entries] }
}

const told = new WeakMap<Node, string>()

/** How a step is called that has no name: its verb and the start of what it says. */
export function oneLine(verb: MapEntry): string {
  const said = told.get(verb.value) ?? tell(verb.value)
  told.set(verb.value, said)
  return said === '' ? verb.key : `${verb.key} ${said.length > 90 ? `${said.slice(0, 88)}…` : said}`
}

function tell(node: Node): string {
  switch (node.kind) {
    case 'scalar':
      return node.value === null ? '' : String(node.value)
    case 'list':
      return `[${node.items.map(tell).join(', ')}]`
    case 'map':
      return `{ ${node.entries.map((e) => `${e.key}: ${tell(e.value)}`).join(', ')} }`
  }
}
