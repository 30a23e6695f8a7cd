// What compiling a part of a scenario needs to know of the whole.

import type { z } from 'zod'
import type { Duration, Place } from '../../../emulators/index.ts'
import { Problem } from '../../../emulators/index.ts'
import {
  type Diagnostic,
  Diagnostics,
  didYouMean,
  headPlace,
  type Interpolated,
  interpolate,
  type NeededName,
  type Node,
  namesIn,
  type ScalarNode,
  type Scope,
  validate,
} from '../../scenario/index.ts'
import type { Deferred, DevicePlan, RunScope } from '../model/plan.ts'
import type { KnownNames } from './anchor.ts'

export interface Context {
  readonly diagnostics: Diagnostics
  readonly scope: Scope
  /** The scenario's. */
  readonly file: string
  readonly devices: ReadonlyMap<string, DevicePlan>
  /** Of the fleet. */
  readonly groups: ReadonlySet<string>
  /** The firmware of those groups that run one. */
  readonly programs: ReadonlyMap<string, string>
  /** Devices of the fleet that have links. */
  readonly linked: ReadonlySet<string>
  /** Steps seen so far, in the order of the text. */
  readonly steps: Map<
    string,
    {
      readonly isExpect: boolean
      readonly verb: string
      readonly mostHeld?: number | undefined
      /** Of a client call: whose it is, and of `call` the method, where the text says so. */
      readonly device?: string | undefined
      readonly method?: string | undefined
    }
  >
  readonly timeout: Duration
  /** How long the steps can take at most; Infinity: claims alone, which may be held against any record. */
  readonly lasts: Duration
  /** Filters of the observer; null: unknown. */
  readonly observe: readonly string[] | null
  /** Names that an `expect` of an earlier step saves. */
  readonly saved: Set<string> | 'any'
  /** Inside of a `repeat`, whose turn `i` is. */
  readonly repeats: boolean
  /** Devices whose protocol level steps may decide; null: not all steps are known. */
  readonly leveled: ReadonlySet<string> | null
  /** Devices that were bound to another kind from outside of the file. */
  readonly bound: ReadonlySet<string>
  /** Arguments that steps say by their place, and that must not be seen. */
  readonly secrets: ScalarNode[]
  /** Devices whose lives claims are about: a board that starts again, a port that goes away. */
  readonly lives: Set<string>
  /** Why this scenario cannot be run with what its roles are bound to. */
  readonly unfit: string[]
}

export function complain(context: Context, node: Node, what: Omit<Diagnostic, 'at'>): void {
  context.diagnostics.add({ ...what, at: headPlace(node) })
}

export const knownNames = (context: Context): KnownNames => ({
  steps: context.steps,
  devices: new Set(context.devices.keys()),
})

/** With everything filled in, for places that cannot wait for the run; those that would are reported. */
export function interpolateNow(node: Node, scope: Scope, diagnostics: Diagnostics, hint?: string): Node {
  const filled = interpolate(node, scope, diagnostics)
  for (const { place } of filled.deferred) notKnownYet(place, diagnostics, hint)
  return filled.node
}

export function notKnownYet(at: Place, diagnostics: Diagnostics, hint?: string): void {
  diagnostics.add({
    code: 'scenario/not-known-yet',
    message: 'this is known only while the scenario runs',
    at,
    hint: hint ?? 'saved and i can stand in the arguments of steps',
  })
}

export interface Resolved<T> {
  readonly value: T | undefined
  /** undefined: it is wrong, and has been reported. */
  readonly later: Deferred<T> | undefined
  /** Where it waits for what only the run can tell. */
  readonly open: readonly Place[]
}

/**
 * A part of the scenario that one schema describes, ready now or when the run knows more. What is
 * wrong is reported now, except in places whose value only the run can tell.
 */
export function resolve<S extends z.ZodType, T>(
  context: Context,
  node: Node,
  schema: S,
  build: (parsed: z.output<S>, context: Context) => T | undefined,
): Resolved<T> {
  const filled: Interpolated = interpolate(node, context.scope, context.diagnostics)
  const known = filled.deferred.map((one) => isKnownThen(one, context)).every((one) => one)
  if (filled.deferred.length === 0) {
    const parsed = validate(schema, filled.node, context.diagnostics)
    const value = parsed === undefined ? undefined : build(parsed, context)
    return { value, later: value === undefined ? undefined : () => value, open: [] }
  }
  const found = new Diagnostics()
  const parsed = validate(schema, filled.node, found)
  // Only for what it complains of: names are checked, whatever stands open beside them.
  if (parsed !== undefined) build(parsed, { ...context, diagnostics: found })
  const open = new Set(filled.deferred.map(({ place }) => `${place.line}:${place.column}`))
  context.diagnostics.addAll(found.all.filter(({ at }) => !open.has(`${at.line}:${at.column}`)))
  return {
    value: undefined,
    later: known ? (scope) => resolveNow(context, filled.node, schema, build, scope) : undefined,
    open: filled.deferred.map(({ place }) => place),
  }
}

/** Whether the run will know what a scalar needs when the step begins; what it will not is reported. */
function isKnownThen(node: ScalarNode, context: Context): boolean {
  const wrong = namesIn(node).flatMap((name) => unknownThen(name, context) ?? [])
  for (const diagnostic of new Map(wrong.map((one) => [one.message, one])).values()) context.diagnostics.add(diagnostic)
  return wrong.length === 0
}

function unknownThen({ root, member, at }: NeededName, { saved, repeats }: Context): Diagnostic | null {
  if (root === 'i' && !repeats)
    return {
      code: 'scenario/no-repeat',
      message: 'i is the turn of a repeat, and this step is in none',
      at,
      hint: 'put the step under repeat: { times, steps }',
    }
  if (root === 'link')
    return {
      code: 'scenario/not-known-yet',
      message: 'a step does not know the link of a device',
      at,
      hint: 'link.host and link.port can stand in command: and in files: { NAME: { text } } of a device',
    }
  if (root !== 'saved' || member === null || saved === 'any' || saved.has(member)) return null
  return {
    code: 'scenario/unknown-saved',
    message: `no earlier expect saves "${member}"`,
    at,
    hint: didYouMean(member, saved) ?? `write save: { ${member}: FIELD } in the expect that finds it`,
  }
}

function resolveNow<S extends z.ZodType, T>(
  context: Context,
  node: Node,
  schema: S,
  build: (parsed: z.output<S>, context: Context) => T | undefined,
  run: RunScope,
): T {
  const diagnostics = new Diagnostics()
  const scope: Scope = {
    values: { ...context.scope.values, saved: run.saved, i: run.i } as Scope['values'],
    later: new Set(),
  }
  const now: Context = { ...context, diagnostics, scope }
  const parsed = validate(schema, interpolate(node, scope, diagnostics).node, diagnostics)
  const value = parsed === undefined ? undefined : build(parsed, now)
  const wrong = diagnostics.all[0]
  if (wrong !== undefined || value === undefined)
    throw new Problem(wrong?.code ?? 'scenario/unresolved', wrong?.message ?? 'this cannot be resolved', {
      at: wrong?.at ?? headPlace(node),
      hint: wrong?.hint,
    })
  return value
}
