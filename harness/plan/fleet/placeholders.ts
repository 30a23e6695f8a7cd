// How `i`, `seq`, `random` and `now` come into the words of a group, and where they may stand. What is one device's own
// is filled in once for each device; what a message says is filled in for each message; everything else is the same for
// the whole group, and none of the four can stand there.

import type { z } from 'zod'
import { seeded } from '../../../emulators/index.ts'
import {
  Diagnostics,
  entryOf,
  interpolate,
  type MapNode,
  type Node,
  type Scope,
  type ScopeValue,
} from '../../scenario/index.ts'
import type { FleetPlan } from '../model/fleet.ts'
import type { group } from './grammar.ts'

export type GroupInput = z.output<typeof group>

export interface FleetContext {
  readonly diagnostics: Diagnostics
  readonly scope: Scope
  readonly file: string
  readonly source: FleetPlan['source']
  /** For `random` in what is a device's own. */
  readonly seed: number
}

/** What is one device's own. */
export const DEVICE_KEYS = ['client-id', 'with', 'will', 'subscribe', 'tls'] as const
/** What each message has of its own. */
export const MESSAGE_KEYS = ['topic', 'payload', 'json'] as const

const NAMES = ['i', 'seq', 'random', 'now'] as const
type Name = (typeof NAMES)[number]
const OF_A_DEVICE: readonly Name[] = ['i', 'random']

const MEANING: Readonly<Record<Name, string>> = {
  i: 'i is the number of one device',
  seq: 'seq is the number of one message',
  random: 'random is drawn for one device or message',
  now: 'now is the time of one message',
}
const WHERE: Readonly<Record<Name, string>> = {
  i: 'i can stand in client-id, with, will, subscribe and tls, and in topic, payload and json of publish',
  seq: 'seq can stand in topic, payload and json of publish; a device has i and random',
  random: 'random can stand in client-id, with, will, subscribe and tls, and in topic, payload and json of publish',
  now: 'now can stand in topic, payload and json of publish; a device has i and random',
}

export const withLater = (scope: Scope): Scope => ({
  values: Object.fromEntries(
    Object.entries(scope.values).filter(([name]) => !(NAMES as readonly string[]).includes(name)),
  ),
  later: new Set(NAMES),
})

export const valuesOf = (scope: Scope, values: Readonly<Record<string, ScopeValue>>): Scope => ({
  // Spread would look at `random` once, and each look is to be a new one.
  values: Object.defineProperties({ ...scope.values }, Object.getOwnPropertyDescriptors(values)) as Scope['values'],
  later: new Set(),
})

export const sampleMessage = (i: number): Readonly<Record<string, ScopeValue>> => ({ i, seq: 0, random: 0.5, now: 0 })

/** Reports each of the names where it cannot stand; false: some do. `node`: of the group, with none of the four filled in. */
export function checkPlaces(node: Node, { scope, diagnostics }: FleetContext): boolean {
  if (node.kind !== 'map') return true
  const before = diagnostics.all.length
  for (const { key, value } of node.entries) {
    if ((DEVICE_KEYS as readonly string[]).includes(key))
      refuse(value, OF_A_DEVICE, 'of one device', scope, diagnostics)
    else if (key !== 'publish' || value.kind !== 'list') refuse(value, [], 'of the whole group', scope, diagnostics)
    else
      for (const item of value.items)
        for (const entry of item.kind === 'map' ? item.entries : [])
          if (!(MESSAGE_KEYS as readonly string[]).includes(entry.key))
            refuse(entry.value, [], 'of the whole group', scope, diagnostics)
  }
  return diagnostics.all.length === before
}

function refuse(node: Node, allowed: readonly Name[], whose: string, scope: Scope, diagnostics: Diagnostics): void {
  for (const name of NAMES)
    if (!allowed.includes(name))
      for (const { place } of using(node, [name], scope))
        diagnostics.add({
          code: 'scenario/fleet-name',
          message: `${MEANING[name]}, and this value is ${whose}`,
          at: place,
          hint: WHERE[name],
        })
}

/** The scalars that need one of these names. */
export function using(node: Node, names: readonly Name[], scope: Scope): readonly Node[] {
  const others = Object.fromEntries(Object.entries(sampleMessage(0)).filter(([name]) => !names.includes(name as Name)))
  const known = { ...valuesOf(withLater(scope), others), later: new Set<string>(names) }
  return interpolate(node, known, new Diagnostics()).deferred
}

/** What is the device's own, filled in. `random` is the same at each look of a run with the same seed. */
export function deviceNode(
  node: Node,
  group: string,
  i: number,
  { scope, seed }: FleetContext,
  diagnostics: Diagnostics,
): MapNode {
  const entries = DEVICE_KEYS.flatMap((key) => {
    const entry = entryOf(node, key)
    if (entry === undefined) return []
    const chance = seeded(seed).fork(`${group}/${i}/${key}`)
    const values = {
      i,
      get random() {
        return chance.next()
      },
    }
    return { ...entry, value: interpolate(entry.value, valuesOf(scope, values), diagnostics).node }
  })
  return { kind: 'map', place: node.place, entries }
}
