// What claims and steps name: devices, groups, signals and calls that must be there, and what can be seen of a device.

import type { Place } from '../../../emulators/index.ts'
import { deviceKinds } from '../../devices/index.ts'
import type { CallFields, ObservableDevice } from '../../expect/index.ts'
import { REASONS, REPORTED, REPORTED_OF, reportedAt, SAID } from '../../lint/index.ts'
import { didYouMean, entryOf, headPlace, type Node, placeOf } from '../../scenario/index.ts'
import { steps as verbs } from '../../steps/index.ts'
import type { Pattern } from '../model/plan.ts'
import type { Context } from './context.ts'

/** Whether all that a pattern names is there, and some event could be what it looks for; what is not is added to the diagnostics. */
export function namesExist(found: Pattern, node: Node, context: Context): boolean {
  const names = found.matcher.devices(found.fields)
  const missing = names.filter((name) => !context.devices.has(name) && !context.linked.has(name))
  for (const name of missing) unknownDevice(name, node, context)
  if (missing.length > 0) return false
  if (!isPossible(found, node, context)) return false
  if (found.matcher.name === 'device') for (const name of names) context.lives.add(name)
  if (found.matcher.name === 'fleet') return groupExists((found.fields as { group: string }).group, node, context)
  if (found.matcher.name === 'signal')
    return signalExists(found.fields as { device: string; signal: string }, node, context)
  if (found.matcher.name === 'call') return callExists(found.fields as CallFields, node, context)
  return true
}

/** A claim that no event can satisfy or break is a mistake; of a role that was bound from outside it makes the scenario skip. */
export function isPossible({ matcher, fields }: Pattern, node: Node, context: Context): boolean {
  const around = {
    observe: context.observe,
    statements: REPORTED,
    statementsOf: REPORTED_OF,
    statementsAt: reportedAt,
    said: SAID,
    reasons: REASONS,
    levels: levelsIn(context),
    device: (name: string) => observable(name, context),
  }
  const impossible = matcher.impossible?.(fields, around) ?? null
  if (impossible === null) return true
  const bound = matcher.devices(fields).find((name: string) => context.bound.has(name))
  if (bound !== undefined) {
    context.unfit.push(`${bound} is bound to another device: ${impossible.message}`)
    return false
  }
  const { message, hint, word } = impossible
  context.diagnostics.add({ code: 'scenario/unanswerable', message, at: placeOfWord(node, word), hint })
  return false
}

/** The protocol levels that connections of the scenario can have; null: of one of its devices it is not known. */
export function levelsIn(context: Context): readonly number[] | null {
  if (context.leveled === null || context.groups.size > 0 || context.devices.size === 0) return null
  const levels = [...context.devices.keys()].map((name) => observable(name, context)?.level ?? null)
  return levels.includes(null) ? null : [...new Set(levels as number[])]
}

/** What decides which events a device can have; undefined: nothing is known of it. */
export function observable(name: string, { devices, leveled }: Context): ObservableDevice | undefined {
  const device = devices.get(name)
  if (device === undefined || device.use === '') return undefined
  const { use, tls, websocket, shows, busy, changes, names } = device
  const kind = deviceKinds[use]
  const chooses = kind === undefined ? true : (kind.choosesLevel?.(device.settings) ?? false)
  const isOpen = chooses === 'by steps' ? (leveled?.has(name) ?? true) : chooses
  const level = isOpen ? null : device.level
  return { use, level, isClient: kind?.isClient === true, tls: tls !== null, websocket, shows, busy, changes, ...names }
}

/** Where a word stands, as a key or as a value; else the start. */
export function placeOfWord(node: Node, word: string | undefined): Place {
  const found = word === undefined ? undefined : keyPlaceOf(node, word)
  return found ?? (word === undefined ? headPlace(node) : placeOf(node, word))
}

function keyPlaceOf(node: Node, key: string): Place | undefined {
  if (node.kind === 'scalar') return undefined
  if (node.kind === 'list') return node.items.map((item) => keyPlaceOf(item, key)).find((place) => place !== undefined)
  return (
    entryOf(node, key)?.keyPlace ??
    node.entries.map(({ value }) => keyPlaceOf(value, key)).find((place) => place !== undefined)
  )
}

export function unknownDevice(name: string, node: Node, context: Context): void {
  context.diagnostics.add({
    code: 'scenario/unknown-device',
    message: `unknown device "${name}"`,
    at: placeOf(node, name),
    hint: didYouMeanDevice(name, context),
  })
}

function didYouMeanDevice(name: string, context: Context): string {
  const known = [...context.devices.keys()]
  return didYouMean(name, known) ?? (known.length === 0 ? 'declare it under devices:' : `there is ${known.join(', ')}`)
}

export function groupExists(name: string, node: Node, context: Context): boolean {
  if (context.groups.has(name)) return true
  const known = [...context.groups]
  context.diagnostics.add({
    code: 'scenario/unknown-group',
    message: `the fleet has no group "${name}"`,
    at: placeOf(node, name),
    hint: didYouMean(name, known) ?? (known.length === 0 ? 'declare it under fleet:' : `there is ${known.join(', ')}`),
  })
  return false
}

export function signalExists(f: { device: string; signal: string }, node: Node, context: Context): boolean {
  const signals = Object.keys(context.devices.get(f.device)?.signals ?? {})
  if (signals.includes(f.signal)) return true
  if (context.bound.has(f.device)) {
    context.unfit.push(`${f.device} is bound to a device without the signal ${f.signal}`)
    return false
  }
  context.diagnostics.add({
    code: 'scenario/unknown-signal',
    message: `${f.device} has no signal "${f.signal}"`,
    at: placeOf(node, f.signal),
    hint: didYouMean(f.signal, signals) ?? `declare it: signals: { ${f.signal}: { pin: 2 } } on the device`,
  })
  return false
}

/** A claim that names a step and its device, or its method, names the same. */
function isThatCall(
  { id, device, method }: CallFields,
  named: { readonly device?: string | undefined; readonly method?: string | undefined },
  node: Node,
  context: Context,
): boolean {
  const other = device !== undefined && named.device !== undefined && device !== named.device
  const otherMethod = method !== undefined && named.method !== undefined && method !== named.method
  if (!other && !otherMethod) return true
  context.diagnostics.add({
    code: 'scenario/unanswerable',
    message: other
      ? `the step ${id} makes its call on ${named.device}, not on ${device}`
      : `the step ${id} calls ${named.method}, not ${method}`,
    at: placeOf(node, (other ? device : method)!),
    hint: `leave ${other ? 'device' : 'method'} out: id: ${id} says which call it is`,
  })
  return false
}

/** Verbs that a device carries out by its library. */
const CALLS: ReadonlySet<string> = new Set(
  Object.values(verbs).flatMap(({ kind, name }) => (kind === 'call' ? [name] : [])),
)

function callExists(fields: CallFields, node: Node, context: Context): boolean {
  if (fields.id === undefined) return true
  const named = context.steps.get(fields.id)
  if (named !== undefined && CALLS.has(named.verb)) return isThatCall(fields, named, node, context)
  if (named !== undefined) {
    const calling = [...context.steps].flatMap(([id, { verb }]) => (CALLS.has(verb) ? [id] : []))
    context.diagnostics.add({
      code: 'scenario/no-call',
      message: `the step ${fields.id} is a ${named.verb}, which makes no call on a device`,
      at: placeOf(node, fields.id),
      hint: didYouMean(fields.id, calling) ?? 'give the step that makes the call an id:',
    })
    return false
  }
  context.diagnostics.add({
    code: 'scenario/unknown-step-id',
    message: `no earlier step has the id "${fields.id}"`,
    at: placeOf(node, fields.id),
    hint: didYouMean(fields.id, context.steps.keys()) ?? 'give the call an id:',
  })
  return false
}
