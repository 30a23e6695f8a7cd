// Whether a step can be done by whom it names: is there such a device, group, signal or disturbance, and
// does that kind of device take this verb? What is bound from outside makes the scenario skip, not wrong.

import { deviceKinds } from '../../devices/index.ts'
import { type Impossible, ofAnotherLevel } from '../../expect/index.ts'
import { didYouMean, type Node, placeOf } from '../../scenario/index.ts'
import {
  type AnyAction,
  type AnyClientCall,
  type ChaosArgs,
  type DisturbArgs,
  type FleetArgs,
  mostHeld,
  steps as verbs,
} from '../../steps/index.ts'
import { groupExists, observable, placeOfWord, signalExists, unknownDevice } from './claim-names.ts'
import type { Context } from './context.ts'

export function devicesExist(names: readonly string[], node: Node, context: Context): boolean {
  const missing = names.filter((name) => !context.devices.has(name))
  for (const name of missing) unknownDevice(name, node, context)
  return missing.length === 0
}

/** Of the fleet's devices with links it is the link that steps can reach. */
const OF_LINKS: readonly string[] = ['disturb', 'inject', 'network']

export const withoutLinked = (verb: AnyAction, args: unknown, { linked }: Context): readonly string[] =>
  verb.devices(args).filter((name) => !(OF_LINKS.includes(verb.name) && linked.has(name)))

export function fitsDevice(verb: AnyAction, args: unknown, node: Node, context: Context): boolean {
  if (verb.special === true && !verb.devices(args).every((name) => canDo(name, verb, node, context, args))) return false
  if (verb.name === 'chaos') return losesWifi(args as ChaosArgs, node, context)
  if (verb.name === 'fleet') return fitsGroup(args as FleetArgs, node, context)
  if (verb.name === 'serial') return verb.devices(args).every((name) => hasConsole(name, node, context))
  if (verb.name === 'drive') return signalExists(args as { device: string; signal: string }, node, context)
  if (verb.name === 'disturb') {
    mostHeldBy.set(node, mostHeld(args as DisturbArgs))
    return canBeHit(args as DisturbArgs, node, context)
  }
  if (verb.name === 'release') return fitsRelease(args as { id: string; held?: number | undefined }, node, context)
  return true
}

/** Nothing can be typed to an emulated client. */
function hasConsole(name: string, node: Node, context: Context): boolean {
  const shows = context.devices.get(name)?.shows ?? null
  if (shows === null || shows.has('serial-in')) return true
  const { use } = context.devices.get(name)!
  if (unfit(name, `${use}, which has no console to type at`, context)) return false
  context.diagnostics.add({
    code: 'scenario/verb-of-another-kind',
    message: `${name} (use: ${use}) has no console to type at`,
    at: placeOf(node, name),
    hint: 'programs, boards and virtual boards have one',
  })
  return false
}

/** What is published by a firmware, no step can stop. */
function fitsGroup({ group, publishing }: FleetArgs, node: Node, context: Context): boolean {
  if (!groupExists(group, node, context)) return false
  const program = context.programs.get(group)
  if (program === undefined || publishing === undefined) return true
  context.diagnostics.add({
    code: 'scenario/fleet-firmware',
    message: `${group} runs ${program}, which publishes by itself`,
    at: placeOfWord(node, 'publishing'),
    hint: 'publishing is for groups of a library; power and network are for all',
  })
  return false
}

/** A device that speaks 3.1.1 alone has no packet with what is of MQTT 5. */
function canBeHit({ device, packet, match, do: what }: DisturbArgs, node: Node, context: Context): boolean {
  const types = packet === undefined ? [undefined] : [packet].flat()
  const never = (fields: object | undefined): Impossible | undefined =>
    types
      .map((type) => ofAnotherLevel({ type, match: { ...fields } }, device, observable(device, context)))
      .find((one) => one !== null) ?? undefined
  const rewrite = typeof what === 'string' ? undefined : (what.rewrite as object | undefined)
  const unhit = never(match)
  const unsaid = unhit ?? never(rewrite)
  if (unsaid === undefined) return true
  const { message, word } = unsaid
  if (unfit(device, `another device: ${message}`, context)) return false
  const hint = `${unhit === undefined ? 'it would not be written' : 'no packet is ever hit'}; name a device that has protocol: 5, or leave this out`
  context.diagnostics.add({ code: 'scenario/disturb-never', message, at: placeOfWord(node, word), hint })
  return false
}

/** Chaos takes Wi-Fi only from who could lose it in a step of its own. */
const losesWifi = ({ wifi = [] }: ChaosArgs, node: Node, context: Context): boolean =>
  wifi.every(({ device }) => canDo(device, verbs.wifi, node, context))

/** How many packets a disturb step can hold at once, by its argument. */
const mostHeldBy = new WeakMap<Node, number>()
export const mostHeldOf = (argument: Node): number | undefined => mostHeldBy.get(argument)

function fitsRelease(
  { id, held }: { readonly id: string; readonly held?: number | undefined },
  node: Node,
  context: Context,
): boolean {
  if (!isDisturbance(id, node, context)) return false
  const most = context.steps.get(id)?.mostHeld
  if (held === undefined || most === undefined || held <= most) return true
  context.diagnostics.add({
    code: 'scenario/held-never',
    message: most === 0 ? `${id} holds no packets` : `${id} holds ${most} packet${most === 1 ? '' : 's'} at most`,
    at: placeOf(node, String(held)),
    hint:
      most === 0
        ? 'only hold and join keep packets; leave out held:'
        : `held: ${most}, or more times: on the disturb step`,
  })
  return false
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
export function unfit(name: string, why: string, context: Context): boolean {
  if (context.bound.has(name)) context.unfit.push(`${name} is bound to ${why}`)
  return context.bound.has(name)
}

/** A verb that only some kinds of devices have. */
export function canDo(
  name: string,
  verb: AnyAction | AnyClientCall,
  node: Node,
  context: Context,
  args: unknown = {},
): boolean {
  const { use, settings } = context.devices.get(name)!
  if (verb.special === undefined || use === '') return true
  const able = Object.values(deviceKinds).filter(({ verbs }) => verbs?.includes(verb.name) === true)
  const own = able.find((kind) => kind.name === use)
  if (own !== undefined) {
    const refusal = own.refuses?.(settings, verb.name, args) ?? null
    if (refusal === null || unfit(name, `${use}: ${refusal.why}`, context)) return refusal === null
    context.diagnostics.add({
      code: 'scenario/verb-of-another-kind',
      message: `${name} cannot be told to ${verb.name}: ${refusal.why}`,
      at: placeOf(node, refusal.word ?? name),
      hint: refusal.hint,
    })
    return false
  }
  const kinds = able.map((kind) => kind.name).join(' or ')
  if (unfit(name, `${use}, which has no ${verb.name}`, context)) return false
  context.diagnostics.add({
    code: 'scenario/verb-of-another-kind',
    message: `${verb.name} is for use: ${kinds}, and ${name} is ${use}`,
    at: placeOf(node, name),
    hint: `${whyNot(verb, use)}name a device with use: ${kinds}`,
  })
  return false
}

function whyNot(verb: AnyAction | AnyClientCall, use: string): string {
  if (verb.kind === 'action') return ''
  return verb.interrupts === true ? `${use} has no REPL; ` : `what ${use} sends, its own library decides; `
}

/** Only a puppet does what steps say. */
export function takesCalls(name: string, verb: AnyClientCall, node: Node, context: Context): boolean {
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
