// The fleet of a scenario, from nodes to plan. A group is checked as a whole, with its first device in
// place of all; the others are made when they are asked for, because there may be a hundred thousand.

import { readFileSync } from 'node:fs'
import { dirname, resolve as resolvePath } from 'node:path'
import type { z } from 'zod'
import {
  type Backoff,
  type ClientKind,
  clients,
  type Duration,
  milliseconds,
  type Place,
  Problem,
  type PyValue,
  seconds,
  topicFilterFault,
  topicNameFault,
} from '../../emulators/index.ts'
import { optionsOf, type WillSettings } from '../devices/index.ts'
import {
  childOf,
  Diagnostics,
  entryOf,
  interpolate,
  type MapNode,
  type Node,
  placeOf,
  type Scope,
  type ScopeValue,
  toPlain,
  validate,
} from '../scenario/index.ts'
import { STAMP_BYTES, group as shape } from './fleet.grammar.ts'

export interface FleetPlan {
  /** What it was compiled from, with whatever is not to be shown; a function, so that nobody writes it by chance. */
  source(): { readonly text: string; readonly vars: Readonly<Record<string, string>> }
  readonly groups: readonly FleetGroup[]
  readonly devices: number
}

export type Arrival =
  | { readonly kind: 'at-once' }
  | {
      readonly kind: 'rates'
      readonly after: Duration
      readonly steps: readonly { readonly from: number; readonly to: number; readonly for: Duration }[]
    }

export interface Publication {
  readonly every: Duration
  readonly jitter: number
  readonly qos: 0 | 1
  readonly retain: boolean
  /** Messages a device; Infinity: no end. */
  readonly times: number
  /** Its messages are stamped and followed. */
  readonly tracked: boolean
  /** Bytes of a payload that is the same but for the stamp; null: it is made anew for each message. */
  readonly size: number | null
  /** For a payload that is made anew. `stamp`: where a JSON object or a text is to carry it. */
  payload(values: MessageValues): Uint8Array
}

export interface MessageValues {
  readonly i: number
  readonly seq: number
  /** A float in [0, 1), drawn anew at every look. */
  readonly random: number
  /** Unix time, ms. */
  readonly now: number
  readonly stamp: string | null
}

export interface FleetMember {
  readonly clientId: string
  /** By the library's names. */
  readonly options: Readonly<Record<string, PyValue>>
  readonly will: WillSettings | null
  readonly subscribe: readonly { readonly topic: string; readonly qos: 0 | 1 | 2 }[]
  /** The topic of each publication. */
  readonly topics: readonly string[]
  /** Names of files. */
  readonly tls: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null } | null
}

export interface FleetGroup {
  readonly name: string
  readonly place: Place
  readonly client: ClientKind
  readonly count: number
  readonly keepalive: Duration
  readonly clean: boolean | undefined
  readonly arrival: Arrival
  readonly backoff: Backoff | null
  readonly resetAfter: Duration | null
  /** null: never. */
  readonly ping: Duration | null
  readonly poll: Duration
  readonly publications: readonly Publication[]
  readonly subscribes: number
  readonly brokers: readonly { readonly host: string; readonly port: number }[]
  readonly lateAfter: Duration
  /** The share of its devices that have a link each. */
  readonly link: number
  member(i: number): FleetMember
}

export interface FleetContext {
  readonly diagnostics: Diagnostics
  readonly scope: Scope
  readonly file: string
  readonly source: FleetPlan['source']
}

type Words = z.output<typeof shape>

/** What only a device, or a message, can tell. */
const OF_A_DEVICE = ['i']
const OF_A_MESSAGE = ['seq', 'random', 'now']
const KEEPALIVE: Readonly<Record<string, string>> = { minimqtt: 'keep_alive' }
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
  const first = memberNode(open, 0, context, diagnostics)
  const sample = interpolate(first, valuesOf(context.scope, sampleMessage(0)), diagnostics).node
  const words = validate(shape, sample, diagnostics)
  if (words === undefined) return undefined
  const client = clients[words.use]
  const member = (i: number): FleetMember => memberOf(i, name, client, open, context)
  check(name, words, sample, member, context)
  const keepalive = words.connect?.keepalive ?? milliseconds(0)
  return {
    name,
    place: node.place,
    client,
    count: words.count,
    keepalive,
    clean: words.connect?.clean,
    arrival: arrivalOf(words.arrival, words.count),
    backoff: backoffOf(words.reconnect),
    resetAfter: words['reset-after'] ?? null,
    ping: pingOf(words, keepalive),
    poll: words.poll ?? milliseconds(0),
    publications: publicationsOf(words, open, context),
    subscribes: words.subscribe?.length ?? 0,
    brokers: (words.brokers ?? []).map((text) => addressOf(text)),
    lateAfter: words['late-after'] ?? DEFAULT_LATE,
    link: words.link ?? 0,
    member,
  }
}

const withLater = (scope: Scope): Scope => ({
  values: Object.fromEntries(Object.entries(scope.values).filter(([name]) => name !== 'i')),
  later: new Set([...OF_A_DEVICE, ...OF_A_MESSAGE]),
})

const valuesOf = (scope: Scope, values: Readonly<Record<string, ScopeValue>>): Scope => ({
  // Spread would look at `random` once, and each look is to be a new one.
  values: Object.defineProperties({ ...scope.values }, Object.getOwnPropertyDescriptors(values)) as Scope['values'],
  later: new Set(),
})

const sampleMessage = (i: number): Readonly<Record<string, ScopeValue>> => ({ i, seq: 0, random: 0.5, now: 0 })

/** The node with the device's number filled in; what only a message can tell stays open. */
function memberNode(node: Node, i: number, { scope }: FleetContext, diagnostics: Diagnostics): Node {
  return interpolate(node, { values: { ...scope.values, i }, later: new Set(OF_A_MESSAGE) }, diagnostics).node
}

function memberOf(i: number, name: string, client: ClientKind, node: Node, context: FleetContext): FleetMember {
  const own: MapNode = {
    kind: 'map',
    place: node.place,
    entries:
      node.kind === 'map'
        ? node.entries.filter(({ key }) => ['client-id', 'with', 'will', 'subscribe', 'tls'].includes(key))
        : [],
  }
  const silent = new Diagnostics()
  const filled = memberNode(own, i, context, silent)
  const plain = toPlain(filled) as Pick<Words, 'client-id' | 'with' | 'will' | 'subscribe' | 'tls'>
  const publish = childOf(node, 'publish')
  const topics = (publish?.kind === 'list' ? publish.items : []).map((item) =>
    String(toPlain(memberNode(childOf(item, 'topic')!, i, context, silent))),
  )
  const given =
    plain.with === undefined
      ? {}
      : optionsOf(
          { words: { with: plain.with }, node: filled, diagnostics: silent } as never,
          client.name,
          client.options,
        )
  const { will } = plain
  const file = (path: string | undefined): string | null =>
    path === undefined ? null : resolvePath(dirname(context.file), path)
  return {
    clientId: plain['client-id'] ?? `${name}-${i}`,
    options: given,
    will:
      will === undefined
        ? null
        : {
            topic: will.topic,
            payload: new TextEncoder().encode(will.payload),
            qos: will.qos ?? 0,
            retain: will.retain ?? false,
          },
    subscribe: (plain.subscribe ?? []).map(({ topic, qos }) => ({ topic, qos: qos ?? 0 })),
    topics,
    tls:
      plain.tls === undefined ? null : { ca: file(plain.tls.ca), cert: file(plain.tls.cert), key: file(plain.tls.key) },
  }
}

/** What the schema cannot say: of options, topics, ids, files, with the first device and the last. */
function check(
  name: string,
  words: Words,
  node: Node,
  member: (i: number) => FleetMember,
  { diagnostics }: FleetContext,
): void {
  if (words.with !== undefined) optionsOf({ words, node, diagnostics } as never, words.use, clients[words.use].options)
  const [first, last] = [member(0), member(words.count - 1)]
  if (words.count > 1 && first.clientId === last.clientId)
    diagnostics.add({
      code: 'scenario/fleet-ids',
      message: `all devices of ${name} have the client id "${first.clientId}": each would throw the other out [MQTT-3.1.4-2]`,
      at: entryOf(node, 'client-id')!.value.place,
      hint: `put \${{ i }} into it: "${first.clientId}-\${{ i }}"`,
    })
  for (const topic of first.topics) {
    const fault = topicNameFault(topic)
    if (fault !== null) diagnostics.add({ code: 'scenario/topic-name', message: fault, at: placeOf(node, topic) })
  }
  for (const { topic } of first.subscribe) {
    const fault = topicFilterFault(topic)
    if (fault !== null) diagnostics.add({ code: 'scenario/topic-filter', message: fault, at: placeOf(node, topic) })
  }
  for (const text of words.brokers ?? [])
    if (addressOf(text).host === '')
      diagnostics.add({
        code: 'scenario/broker-address',
        message: `"${text}" is no address of a broker`,
        at: placeOf(node, text),
        hint: 'HOST:PORT, such as 10.0.0.7:1883',
      })
  for (const path of Object.values(first.tls ?? {}))
    if (path !== null && !readable(path))
      diagnostics.add({
        code: 'scenario/no-file',
        message: `${path} cannot be read`,
        at: entryOf(node, 'tls')!.keyPlace,
      })
  if (first.tls !== null && (first.tls.cert === null) !== (first.tls.key === null))
    diagnostics.add({
      code: 'scenario/tls-pair',
      message: 'a certificate and its key go together',
      at: entryOf(node, 'tls')!.keyPlace,
      hint: 'give cert: and key:',
    })
}

function readable(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}

function arrivalOf(arrival: Words['arrival'], count: number): Arrival {
  if (arrival === undefined) return { kind: 'at-once' }
  const { after = milliseconds(0) } = arrival
  const forever = milliseconds(Number.POSITIVE_INFINITY)
  const steady = (rate: number, time: Duration = forever) => ({ from: rate, to: rate, for: time })
  if (arrival.rate !== undefined) return { kind: 'rates', after, steps: [steady(arrival.rate)] }
  if (arrival.over !== undefined)
    return { kind: 'rates', after, steps: [steady((count * 1000) / Math.max(1, arrival.over))] }
  if (arrival.ramp !== undefined) {
    const { from, to, over } = arrival.ramp
    return { kind: 'rates', after, steps: [{ from, to, for: over }, steady(to)] }
  }
  const steps = arrival.steps!.map((s) => steady(s.rate, s.for))
  return { kind: 'rates', after, steps: [...steps.slice(0, -1), { ...steps.at(-1)!, for: forever }] }
}

/** When device i is switched on, in ms after the start; 0 when they come at once. */
export function arrivalTime(arrival: Arrival, i: number): number {
  if (arrival.kind === 'at-once') return 0
  let left = i
  let begun: number = arrival.after
  for (const { from, to, for: time } of arrival.steps) {
    const growth = time === Number.POSITIVE_INFINITY ? 0 : (to - from) / (time / 1000)
    const inside = time === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : ((from + to) / 2) * (time / 1000)
    if (left < inside) {
      // from·t + growth·t²/2 = left
      const t = growth === 0 ? left / from : (-from + Math.sqrt(from * from + 2 * growth * left)) / growth
      return begun + t * 1000
    }
    left -= inside
    begun += time
  }
  return begun
}

function backoffOf(reconnect: Words['reconnect']): Backoff | null {
  if (reconnect === undefined || reconnect === 'library') return null
  const { backoff: kind, base, max = DEFAULT_LONGEST, jitter = 'none' } = reconnect
  return { kind, base, max, jitter }
}

/** QuecPython pings by itself, from a thread. */
function pingOf({ ping, use }: Words, keepalive: Duration): Duration | null {
  if (ping !== undefined) return ping === false ? null : ping
  return keepalive === 0 || use === 'quecpython' ? null : milliseconds(keepalive / 2)
}

function publicationsOf(words: Words, node: Node, context: FleetContext): Publication[] {
  const list = childOf(node, 'publish')
  return (words.publish ?? []).map((p, k) => {
    const item = list?.kind === 'list' ? list.items[k] : undefined
    const made = childOf(item, 'json') ?? childOf(item, 'payload')
    const asJson = childOf(item, 'json') !== undefined
    return {
      every: p.every,
      jitter: p.jitter ?? 0,
      qos: p.qos === 1 ? 1 : 0,
      retain: p.retain ?? false,
      times: p.times ?? Number.POSITIVE_INFINITY,
      tracked: p.track ?? (p.size === undefined || p.size >= STAMP_BYTES),
      size: p.size ?? null,
      payload: (values) => (made === undefined ? new Uint8Array() : payloadOf(made, asJson, values, context)),
    }
  })
}

function payloadOf(node: Node, asJson: boolean, values: MessageValues, context: FleetContext): Uint8Array {
  const diagnostics = new Diagnostics()
  const plain = toPlain(interpolate(node, valuesOf(context.scope, values as never), diagnostics).node)
  const wrong = diagnostics.all[0]
  if (wrong !== undefined) throw new Problem(wrong.code, wrong.message, { at: wrong.at, hint: wrong.hint })
  const { stamp } = values
  if (!asJson) return Buffer.from(stamp === null ? String(plain) : `${plain} ${stamp}`)
  const isObject = typeof plain === 'object' && plain !== null && !Array.isArray(plain)
  if (stamp === null) return Buffer.from(JSON.stringify(plain))
  return Buffer.from(JSON.stringify(isObject ? { ...plain, hil: stamp } : [plain, stamp]))
}

function addressOf(text: string): { host: string; port: number } {
  const match = /^(?:mqtts?:\/\/)?(\[[^\]]+\]|[^:/]+):(\d+)$/.exec(text)
  return match === null ? { host: '', port: 0 } : { host: match[1]!.replace(/^\[|\]$/g, ''), port: Number(match[2]) }
}

/** The options of a device that the group's own words ask for. */
export function libraryOptions(
  group: FleetGroup,
  member: FleetMember,
  host: string,
  port: number,
  credentials: Readonly<Record<string, PyValue>>,
  secured: boolean,
): Record<string, PyValue> {
  const { client, keepalive, backoff } = group
  const names = client.options.filter(({ means }) => means === 'tls').map(({ name }) => name)
  const tls: Record<string, PyValue> =
    member.tls === null && !secured ? {} : Object.fromEntries(names.map((name) => [name, true]))
  if (client.name === 'minimqtt' && names.some((name) => tls[name] === true)) tls.ssl_context = true
  return {
    ...client.identity(member.clientId, host, port),
    ...(keepalive === 0 ? {} : { [KEEPALIVE[client.name] ?? 'keepalive']: Math.ceil(keepalive / 1000) }),
    // A policy of the program's own takes the place of the library's thread.
    ...(backoff !== null && client.name === 'quecpython' ? { reconn: false } : {}),
    ...tls,
    ...(client.name === 'minimqtt' ? renamed(credentials) : credentials),
    ...member.options,
  }
}

/** A device of the fleet that has a link, and with it a name. */
export interface LinkedMember {
  readonly name: string
  readonly group: number
  readonly i: number
}

export function linkedMembers(plan: FleetPlan | null): LinkedMember[] {
  return (plan?.groups ?? []).flatMap(({ name, count, link }, group) =>
    link === 0
      ? []
      : Array.from({ length: count }, (_, i) => i)
          .filter((i) => isInShare(i, link))
          .map((i) => ({ name: `${name}-${i}`, group, i })),
  )
}

/** MiniMQTT's name for the user. */
const renamed = ({ user, ...rest }: Readonly<Record<string, PyValue>>): Record<string, PyValue> =>
  user === undefined ? rest : { ...rest, username: user }

/** Whether the i-th of a group is in a share of it: exactly so many, spread evenly. */
export const isInShare = (i: number, share: number): boolean =>
  Math.floor((i + 1) * share + 1e-9) > Math.floor(i * share + 1e-9)
