// The steps, from nodes to plan. Each problem is reported at its own place and the rest is looked
// at all the same, so that one pass finds everything.

import type { Duration } from '../../../emulators/index.ts'
import { filesOf } from '../../devices/index.ts'
import { matchers } from '../../expect/index.ts'
import { entryOf, headPlace, interpolate, type MapNode, type Node, validate } from '../../scenario/index.ts'
import { type AnyStep, type Calling, steps as verbs } from '../../steps/index.ts'
import type { Step } from '../model/plan.ts'
import { expectation, prohibition, repeat } from '../schema/grammar.ts'
import { isPossible } from './claim-names.ts'
import { buildExpect, buildNever } from './claims.ts'
import { type Context, complain, interpolateNow, resolve } from './context.ts'
import { secretArguments } from './secret-arguments.ts'
import { canDo, devicesExist, fitsDevice, mostHeldOf, takesCalls, withoutLinked } from './step-fit.ts'
import { metaOf, oneLine, verbOf, withDevice } from './step-head.ts'
import { speaks5 } from './step-level.ts'

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
    const [device, method] = [
      argument.kind === 'scalar' ? argument : entryOf(argument, 'device')?.value,
      entryOf(argument, 'method')?.value,
    ].map(saidOf)
    context.steps.set(meta.id, { isExpect, verb: verb.key, mostHeld: mostHeldOf(argument), device, method })
  }
  return step
}

/** What stands there; undefined: nothing, or only the run knows. */
const saidOf = (node: Node | undefined): string | undefined =>
  node?.kind === 'scalar' && typeof node.value === 'string' && !node.value.includes('${{') ? node.value : undefined

type Base = Pick<Step, 'path' | 'id' | 'verb' | 'title' | 'place' | 'timeout' | 'condition' | 'verifies'>

function compileVerb(verb: string, argument: Node, base: Base, context: Context): Step | undefined {
  switch (verb) {
    case 'expect': {
      // Its own id may be an anchor only afterwards, so it is registered after this.
      const { later } = resolve(context, argument, expectation, buildExpect(argument))
      const saved = entryOf(argument, 'save')?.value
      // What a wrong expect would save is known as well: its mistake is told once.
      if (context.saved !== 'any' && saved?.kind === 'map') for (const { key } of saved.entries) context.saved.add(key)
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
  const steps = compileSteps(list.items, `${base.path}.`, { ...context, repeats: true })
  return { ...base, kind: 'repeat', times: parsed.times, steps }
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

/** The end of a call that only starts is for a later claim: terms here would never be held. */
function startsWithoutTerms(calling: Calling, node: Node, context: Context): boolean {
  const terms = (['returns', 'raises', 'within'] as const).filter((key) => calling[key] !== undefined)
  const [first] = terms
  if (calling.start !== true || first === undefined) return true
  context.diagnostics.add({
    code: 'scenario/start-with-terms',
    message: `with start: true the step does not wait for the end of the call, so ${terms.join(' and ')} would not be checked`,
    at: entryOf(node, first)?.keyPlace ?? headPlace(node),
    hint: `give the step an id:, and claim its end later: expect: { call: { id: ID, ${first === 'raises' ? 'raised' : 'returned'}: … }, within: … }`,
  })
  return false
}

/** An exception that is nearly one that the library has is a slip. */
const raisesSuch = ({ device, raises }: Calling, node: Node, context: Context): boolean =>
  raises === undefined || isPossible({ matcher: matchers.call, fields: { device, raised: raises } }, node, context)

function compileRegistered(verb: AnyStep, argument: Node, base: Base, context: Context): Step | undefined {
  if (verb.kind === 'action') {
    const { later } = resolve(context, argument, verb.args, (args, now) =>
      devicesExist(withoutLinked(verb, args, now), argument, now) && fitsDevice(verb, args, argument, now)
        ? { args }
        : undefined,
    )
    return later && { ...base, kind: 'action', action: verb, args: (scope) => later(scope).args }
  }
  if (verb.name === 'call') context.secrets.push(...secretArguments(argument, context.devices))
  const { later } = resolve(context, argument, verb.args, (args, now) => {
    const calling = args as Calling
    if (!startsWithoutTerms(calling, argument, now)) return undefined
    if (
      !devicesExist([calling.device], argument, now) ||
      !canDo(calling.device, verb, argument, now) ||
      !takesCalls(calling.device, verb, argument, now) ||
      !speaks5(calling.device, verb, args as object, argument, now) ||
      !raisesSuch(calling, argument, now)
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
