// The fleet of a scenario, from nodes to plan. A group is checked as a whole, with its first device in
// place of all; the others are made when they are asked for, because there may be a hundred thousand.

import { type Backoff, type ClientKind, type Duration, milliseconds, seconds } from '../../../emulators/index.ts'
import { interpolate, type Node, validate } from '../../scenario/index.ts'
import type { FleetGroup, FleetMember, FleetPlan } from '../model/fleet.ts'
import { arrivalOf } from './arrival.ts'
import { addressOf, checkGroup } from './check.ts'
import { group as shape } from './grammar.ts'
import { memberOf } from './member.ts'
import { publicationsOf } from './messages.ts'
import { checkPlaces, type FleetContext, type GroupInput, sampleMessage, valuesOf, withLater } from './placeholders.ts'
import { fitsFleet, whatRuns } from './runs.ts'

const DEFAULT_LONGEST = seconds(60)
const DEFAULT_LATE = seconds(5)

export function compileFleet(node: Node | undefined, context: FleetContext): FleetPlan | null {
  if (node?.kind !== 'map') return null
  const groups = node.entries.flatMap(({ key, value }) => compileGroup(key, value, context) ?? [])
  return { source: context.source, groups, devices: groups.reduce((sum, g) => sum + g.count, 0) }
}

function compileGroup(name: string, node: Node, context: FleetContext): FleetGroup | undefined {
  const { diagnostics } = context
  const open = interpolate(node, withLater(context.scope), diagnostics).node
  if (!checkPlaces(open, context) || !fitsFleet(open, diagnostics)) return undefined
  const sample = interpolate(open, valuesOf(context.scope, sampleMessage(0)), diagnostics).node
  const words = validate(shape, sample, diagnostics)
  if (words === undefined) return undefined
  const runs = whatRuns(words.use)
  const { client } = runs
  const member = (i: number): FleetMember => memberOf(i, name, runs, open, context)
  const publications = publicationsOf(words, open, context)
  checkGroup(name, words, sample, { open, runs, member, publications }, context)
  const keepalive = words.connect?.keepalive ?? milliseconds(0)
  return {
    name,
    place: node.place,
    ...runs,
    count: words.count,
    keepalive,
    clean: words.connect?.clean,
    protocol: words.protocol ?? null,
    properties: words.connect?.properties,
    arrival: arrivalOf(words.arrival, words.count),
    backoff: backoffOf(words.reconnect),
    resetAfter: words['reset-after'] ?? null,
    ping: runs.firmware === null ? pingOf(words, keepalive, client) : null,
    poll: words.poll ?? milliseconds(0),
    publications,
    subscribes: words.subscribe?.length ?? 0,
    brokers: (words.brokers ?? []).map((text) => addressOf(text)),
    lateAfter: words['late-after'] ?? DEFAULT_LATE,
    link: words.link ?? 0,
    member,
  }
}

function backoffOf(reconnect: GroupInput['reconnect']): Backoff | null {
  if (reconnect === undefined || reconnect === 'library') return null
  const { backoff: kind, base, max = DEFAULT_LONGEST, jitter = 'none' } = reconnect
  return { kind, base, max, jitter }
}

/** Looks of a sketch in each keep alive, so that its ping is late by no more than a part of that. */
const LOOKS = 20

/** Half of the keep alive, unless the library pings by itself. One that pings when it looks for messages looks more often. */
function pingOf({ ping }: GroupInput, keepalive: Duration, client: ClientKind): Duration | null {
  if (ping !== undefined) return ping === false ? null : ping
  if (client.sketch !== undefined) {
    const usual = Number(client.options.find(({ means }) => means === 'keep alive')?.default ?? 0) * 1000
    return milliseconds((keepalive === 0 ? usual : keepalive) / LOOKS)
  }
  return keepalive === 0 || client.pingsUncalled === true ? null : milliseconds(keepalive / 2)
}
