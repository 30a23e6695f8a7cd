// The steps, from nodes to plan. Each problem is reported at its own place and the rest is looked
// at all the same, so that one pass finds everything.

import { z } from 'zod'
import type { Duration } from '../../emulators/index.ts'
import { filesOf } from '../devices/index.ts'
import { matchers } from '../expect/index.ts'
import {
  type Diagnostic,
  didYouMean,
  entryOf,
  headPlace,
  interpolate,
  type MapEntry,
  type MapNode,
  type Node,
  placeOf,
  validate,
} from '../scenario/index.ts'
import { type AnyAction, type AnyClientCall, type AnyStep, type Calling, steps as verbs } from '../steps/index.ts'
import { buildExpect, buildNever, groupExists, signalExists, unknownDevice } from './claims.ts'
import { type Context, complain, interpolateNow, notKnownYet, resolve } from './context.ts'
import { expectation, prohibition, repeat, stepMeta } from './grammar.ts'
import type { ClaimStep, Deferred, Step } from './plan.ts'

const COMPOSED = ['expect', 'never', 'parallel', 'repeat'] as const
export const VERBS: readonly string[] = [...Object.keys(verbs), ...COMPOSED]
const META = Object.keys(stepMeta)

export function compileSteps(nodes: readonly Node[], prefix: string, context: Context): Step[] {
  return nodes.flatMap((node, k) => compileStep(node, `${prefix}${k}`, context) ?? [])
}

function compileStep(node: Node, path: string, context: Context): Step | undefined {
  const verb = verbOf(node, context)
  if (verb === undefined || node.kind !== 'map') return undefined
  const meta = metaOf(node, verb, context)
  const argument = withDevice(verb, node)
  const base = {
    path,
    id: meta.id,
    verb: verb.key,
    title: meta.title ?? oneLine(verb),
    place: verb.keyPlace,
    timeout: meta.timeout,
    condition: meta.condition,
    verifies: meta.verifies,
  }
  const isExpect = verb.key === 'expect'
  const step = compileVerb(verb.key, argument, base, context)
  if (meta.id !== null) {
    if (context.steps.has(meta.id))
      complain(context, entryOf(node, 'id')!.value, {
        code: 'scenario/id-twice',
        message: `another step has the id "${meta.id}"`,
        hint: 'ids are unique in a scenario',
      })
    context.steps.set(meta.id, { isExpect, verb: verb.key })
  }
  return step
}

type Base = Pick<Step, 'path' | 'id' | 'verb' | 'title' | 'place' | 'timeout' | 'condition' | 'verifies'>

function compileVerb(verb: string, argument: Node, base: Base, context: Context): Step | undefined {
  switch (verb) {
    case 'expect': {
      // Its own id may be an anchor only afterwards, so it is registered after this.
      const { later } = resolve(context, argument, expectation, buildExpect(argument))
      return later && { ...base, kind: 'claim', claim: later }
    }
    case 'never': {
      const { later } = resolve(context, argument, prohibition, buildNever(argument, 'steps'))
      return later && { ...base, kind: 'claim', claim: later }
    }
    case 'parallel':
      return compileParallel(argument, base, context)
    case 'repeat':
      return compileRepeat(argument, base, context)
    default:
      return compileRegistered(verbs[verb as keyof typeof verbs], argument, base, context)
  }
}

function compileParallel(argument: Node, base: Base, context: Context): Step | undefined {
  if (argument.kind !== 'list' || argument.items.length === 0) {
    complain(context, argument, {
      code: 'scenario/wrong-type',
      message: 'parallel takes a list of steps',
      hint: 'begin each step below it with a dash',
    })
    return undefined
  }
  return { ...base, kind: 'parallel', steps: compileSteps(argument.items, `${base.path}.`, context) }
}

function compileRepeat(argument: Node, base: Base, context: Context): Step | undefined {
  const filled = argument.kind === 'map' ? withoutSteps(argument, context) : argument
  const parsed = validate(repeat, filled, context.diagnostics)
  const list = entryOf(argument, 'steps')?.value
  if (parsed === undefined || list?.kind !== 'list') return undefined
  return { ...base, kind: 'repeat', times: parsed.times, steps: compileSteps(list.items, `${base.path}.`, context) }
}

/** `times` may be an expression; the steps below have their own turn. */
function withoutSteps(argument: MapNode, context: Context): MapNode {
  const entries = argument.entries.map((entry) =>
    entry.key === 'steps'
      ? entry
      : { ...entry, value: interpolateNow(entry.value, context.scope, context.diagnostics) },
  )
  return { ...argument, entries }
}

function compileRegistered(verb: AnyStep, argument: Node, base: Base, context: Context): Step | undefined {
  if (verb.kind === 'action') {
    const { later } = resolve(context, argument, verb.args, (args, now) =>
      devicesExist(withoutLinked(verb, args, now), argument, now) && fitsDevice(verb, args, argument, now)
        ? { args }
        : undefined,
    )
    return later && { ...base, kind: 'action', action: verb, args: (scope) => later(scope).args }
  }
  const { later } = resolve(context, argument, verb.args, (args, now) => {
    const calling = args as Calling
    if (
      !devicesExist([calling.device], argument, now) ||
      !canCall(calling.device, verb, argument, now) ||
      !takesCalls(calling.device, verb, argument, now)
    )
      return undefined
    const { node } = interpolate(argument, now.scope, now.diagnostics)
    const { files } = filesOf({ node, file: now.file, diagnostics: now.diagnostics, atLink: (part) => part })
    return {
      device: calling.device,
      call: verb.toCall(args, { files }),
      within: (calling.within ?? context.timeout) as Duration,
      start: calling.start ?? false,
      returns: calling.returns,
      raises: calling.raises,
    }
  })
  return later && { ...base, kind: 'call', call: later }
}

function devicesExist(names: readonly string[], node: Node, context: Context): boolean {
  const missing = names.filter((name) => !context.devices.has(name))
  for (const name of missing) unknownDevice(name, node, context)
  return missing.length === 0
}

/** Of the fleet's devices with links it is the link that steps can reach. */
const OF_LINKS: readonly string[] = ['disturb', 'inject', 'network']

const withoutLinked = (verb: AnyAction, args: unknown, { linked }: Context): readonly string[] =>
  verb.devices(args).filter((name) => !(OF_LINKS.includes(verb.name) && linked.has(name)))

function fitsDevice(verb: AnyAction, args: unknown, node: Node, context: Context): boolean {
  if (verb.name === 'fleet') return groupExists((args as { group: string }).group, node, context)
  if (verb.name === 'drive') return signalExists(args as { device: string; signal: string }, node, context)
  if (verb.name === 'release') return isDisturbance((args as { id: string }).id, node, context)
  return true
}

function isDisturbance(id: string, node: Node, context: Context): boolean {
  if (context.steps.get(id)?.verb === 'disturb') return true
  const known = [...context.steps].flatMap(([name, { verb }]) => (verb === 'disturb' ? [name] : []))
  context.diagnostics.add({
    code: 'scenario/unknown-disturbance',
    message: `no earlier disturb step has the id "${id}"`,
    at: placeOf(node, id),
    hint: didYouMean(id, known) ?? 'give the disturb step an id:, and name it here',
  })
  return false
}

/** What was put into a role from outside may not be able to play it: then the scenario is skipped, and tells why. */
function unfit(name: string, why: string, context: Context): boolean {
  if (context.bound.has(name)) context.unfit.push(`${name} is bound to ${why}`)
  return context.bound.has(name)
}

/** A verb that only some kinds of devices have. */
function canCall(name: string, verb: AnyClientCall, node: Node, context: Context): boolean {
  const { use } = context.devices.get(name)!
  if (verb.kinds === undefined || use === '' || verb.kinds.includes(use)) return true
  if (unfit(name, `${use}, which has no ${verb.name}`, context)) return false
  context.diagnostics.add({
    code: 'scenario/verb-of-another-kind',
    message: `${verb.name} is for use: ${verb.kinds.join(' or ')}, and ${name} is ${use}`,
    at: placeOf(node, name),
    hint: `${verb.interrupts === true ? `${use} has no REPL` : `what ${use} sends, its own library decides`}; name a device with use: ${verb.kinds.join(' or ')}`,
  })
  return false
}

/** Only a puppet does what steps say. */
function takesCalls(name: string, verb: AnyClientCall, node: Node, context: Context): boolean {
  const { busy, use, calls } = context.devices.get(name)!
  if (busy === null && calls !== null && !calls.has(verb.name)) {
    if (unfit(name, `${use}, which has no command for ${verb.name}`, context)) return false
    context.diagnostics.add({
      code: 'scenario/no-command',
      message: `${name} has no command for ${verb.name}`,
      at: placeOf(node, name),
      hint: `add ${verb.name}: { send: … } to its commands:`,
    })
    return false
  }
  if (busy === null || verb.interrupts === true) return true
  if (unfit(name, `${use}, which takes no ${verb.name} from a step`, context)) return false
  context.diagnostics.add({
    code: 'scenario/runs-by-itself',
    message: `${name} is ${busy}: it takes no ${verb.name} from a step`,
    at: placeOf(node, name),
    hint: 'client calls are for devices with firmware: puppet, the default',
  })
  return false
}

function verbOf(node: Node, context: Context): MapEntry | undefined {
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
      hint: 'begin the second with a dash of its own',
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

interface Meta {
  readonly id: string | null
  readonly title: string | null
  readonly timeout: Step['timeout']
  readonly condition: Deferred<boolean> | null
  readonly verifies: readonly string[]
}

function metaOf(node: MapNode, verb: MapEntry, context: Context): Meta {
  const entries = node.entries.filter((e) => META.includes(e.key))
  const own: MapNode = { ...node, entries: entries.filter((e) => e.key !== 'if') }
  const filled = interpolateNow(own, context.scope, context.diagnostics)
  const { if: _, ...shape } = stepMeta
  const parsed = validate(z.strictObject(shape), filled, context.diagnostics)
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

/** The verb's argument with the step's own `device` put in, and a bare word in its place. */
function withDevice(verb: MapEntry, step: MapNode): Node {
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

/** How a step is called that has no name: its verb and the start of what it says. */
function oneLine(verb: MapEntry): string {
  const said = tell(verb.value)
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

/** Claims that hold beside the steps; only `never` can fail at any moment. */
export function compileAlways(nodes: readonly Node[], context: Context): ClaimStep[] {
  return nodes.flatMap((node, k) => {
    const never = entryOf(node, 'never')
    if (
      node.kind !== 'map' ||
      never === undefined ||
      node.entries.some((e) => !['never', 'id', 'name', 'verifies'].includes(e.key))
    ) {
      context.diagnostics.add({
        code: 'scenario/always',
        message: 'under always there are claims of the form never: { … }',
        at: headPlace(node),
        hint: 'what must come belongs among the steps, as an expect',
      })
      return []
    }
    const meta = metaOf(node, never, context)
    const { later, open } = resolve(context, never.value, prohibition, buildNever(never.value, 'always'))
    const hint = 'a claim under always begins with the run; later ones belong among the steps'
    for (const at of open) notKnownYet(at, context.diagnostics, hint)
    if (later === undefined) return []
    return [
      {
        kind: 'claim' as const,
        path: `always.${k}`,
        id: meta.id,
        verb: 'never',
        title: meta.title ?? oneLine(never),
        place: never.keyPlace,
        timeout: null,
        condition: null,
        verifies: meta.verifies,
        claim: later,
      },
    ]
  })
}
