// How `i`, `seq`, `random` and `now` come into the words of a group: the device's number once for each device,
// the others anew for each message. What only a message can tell stays open until then.

import type { z } from 'zod'
import { type Diagnostics, interpolate, type Node, type Scope, type ScopeValue } from '../../scenario/index.ts'
import type { FleetPlan } from '../model/fleet.ts'
import type { group } from './grammar.ts'

export type GroupInput = z.output<typeof group>

export interface FleetContext {
  readonly diagnostics: Diagnostics
  readonly scope: Scope
  readonly file: string
  readonly source: FleetPlan['source']
}

/** What only a device, or a message, can tell. */
const OF_A_DEVICE = ['i']
const OF_A_MESSAGE = ['seq', 'random', 'now']

export const withLater = (scope: Scope): Scope => ({
  values: Object.fromEntries(Object.entries(scope.values).filter(([name]) => name !== 'i')),
  later: new Set([...OF_A_DEVICE, ...OF_A_MESSAGE]),
})

export const valuesOf = (scope: Scope, values: Readonly<Record<string, ScopeValue>>): Scope => ({
  // Spread would look at `random` once, and each look is to be a new one.
  values: Object.defineProperties({ ...scope.values }, Object.getOwnPropertyDescriptors(values)) as Scope['values'],
  later: new Set(),
})

export const sampleMessage = (i: number): Readonly<Record<string, ScopeValue>> => ({ i, seq: 0, random: 0.5, now: 0 })

/** The node with the device's number filled in; what only a message can tell stays open. */
export function memberNode(node: Node, i: number, { scope }: FleetContext, diagnostics: Diagnostics): Node {
  return interpolate(node, { values: { ...scope.values, i }, later: new Set(OF_A_MESSAGE) }, diagnostics).node
}
