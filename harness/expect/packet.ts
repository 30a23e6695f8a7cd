// `packet`: an MQTT control packet on a device's link, by direction, type and decoded fields.

import { z } from 'zod'
import { PACKET_TYPES, seconds } from '../../emulators/index.ts'
import { duration, identifier, textMatcher, wholeMatcher } from '../scenario/index.ts'
import { differences, showField } from './compare.ts'
import { CONNECTION, LEVEL, outside } from './domain.ts'
import { ofAnotherLevel } from './level.ts'
import type { Impossible, Matcher, ObservableDevice } from './matcher.ts'
import { packetDifferences } from './packet-differences.ts'
import { impossiblePacket } from './packet-types.ts'
import { propertiesMatch } from './properties.ts'
import { reasonMatcher } from './reason.ts'
import { neverSaid } from './said.ts'
import { showWanted } from './show-value.ts'
import { notReported, ofTheOtherVersion } from './statements.ts'

export const types = [...PACKET_TYPES.filter((type) => type !== undefined), 'malformed'] as const

const whole = (most?: number) => wholeMatcher(most).optional()
const words = textMatcher().optional()
const flag = z.boolean().optional()
const flagList = z.union([z.boolean(), z.array(z.boolean())]).optional()
const code = z.union([z.number().int().min(0).max(255), wholeMatcher(255)]).optional()
const reason = reasonMatcher().optional()

/** Seconds on the wire; a scenario writes `60s`, as everywhere. */
const inSeconds = duration().transform((d) => d / seconds(1))
const bound = (what: string) => inSeconds.optional().describe(what)
const bounds = z.strictObject({
  gt: bound('more than this'),
  gte: bound('at least this'),
  lt: bound('less than this'),
  lte: bound('at most this'),
})
const wholeSeconds = inSeconds.refine(Number.isInteger, 'a keep alive is whole seconds, so it is never equal to this')
const keepalive = z.union([wholeSeconds, bounds])

const willFields = z.strictObject({
  topic: words.describe('its topic'),
  payload: words.describe('its payload'),
  qos: whole(3).describe('its QoS'),
  retain: flag.describe('its retain flag'),
  properties: propertiesMatch.optional().describe('of MQTT 5: its properties; those that are named must match'),
})

/** Decoded fields, for whoever selects packets as a claim does. */
export const packetMatch = z.strictObject({
  topic: words.describe('the topic; of SUBSCRIBE and UNSUBSCRIBE the list of filters'),
  payload: words.describe('of PUBLISH'),
  qos: whole(255).describe('of PUBLISH; of SUBSCRIBE the list of what was asked for'),
  retain: flag.describe('of PUBLISH'),
  dup: flag.describe('of PUBLISH'),
  packetId: whole(0xffff).describe('of PUBLISH above QoS 0, of acknowledgements, SUBSCRIBE and UNSUBSCRIBE'),
  clean: flag.describe('of CONNECT: clean session'),
  keepalive: keepalive.optional().describe('of CONNECT, with its unit: 60s, or { gt, gte, lt, lte }'),
  will: z.union([z.boolean(), willFields]).optional().describe('of CONNECT: whether there is one, or its fields'),
  clientId: words.describe('of CONNECT'),
  username: words.describe('of CONNECT'),
  password: words.describe('of CONNECT'),
  returnCode: code.describe('of CONNACK'),
  reasonCode: reason.describe(
    'of MQTT 5, by number or name (quota-exceeded): of CONNACK, acknowledgements, DISCONNECT and AUTH; of SUBACK and UNSUBACK the list, in order',
  ),
  sessionPresent: flag.describe('of CONNACK'),
  granted: reason.describe('of SUBACK: a list, 128 for a refusal, in MQTT 5 also names'),
  protocolLevel: whole(255).describe('of CONNECT: 3 is MQTT 3.1, 4 is 3.1.1, 5 is 5.0'),
  protocolName: words.describe('of CONNECT'),
  noLocal: flagList.describe('of SUBSCRIBE in MQTT 5: of all filters, or a list'),
  retainAsPublished: flagList.describe('of SUBSCRIBE in MQTT 5: of all filters, or a list'),
  retainHandling: whole(3).describe('of SUBSCRIBE in MQTT 5: of all filters, or a list'),
  properties: propertiesMatch
    .optional()
    .describe('of MQTT 5: by their names; what is named must match, { absent: true } must not be there'),
  length: whole(0xfff_ffff).describe('the remaining length'),
  flags: whole(15).describe('the lower four bits of the first byte'),
  reason: words.describe('of malformed: what is wrong with it'),
  claims: words.describe('of malformed: the type that it says it is'),
  statement: words.describe(
    'of malformed: the statement that it breaks, such as MQTT-1.5.4-1; null: none has a number',
  ),
  offset: whole().describe('of malformed: which byte of the packet the wrong field begins at, from 0'),
  hex: z
    .string()
    .regex(/^([0-9a-f]{2}\s*)*$/i, 'expected hex digits, two a byte')
    .meta({ pattern: '^([0-9A-Fa-f]{2}\\s*)*$|\\$\\{\\{' })
    .optional()
    .describe('all bytes of the packet'),
})

const fields = z
  .strictObject({
    from: identifier().optional().describe('the device that sent it'),
    to: identifier().optional().describe('the device it was sent to'),
    type: z.enum(types).optional().describe('the kind of packet; malformed: what cannot be decoded'),
    delivered: flag.describe('true: it left the link; false: the link swallowed it'),
    at: z
      .enum(['device', 'broker'])
      .optional()
      .describe('the end of the link that saw it: only a disturbance makes a difference; default: device'),
    by: z.enum(['peer', 'link']).optional().describe('link: it was injected or duplicated; default: anyone'),
    level: whole(255).describe('the protocol level of the connection: 3 is MQTT 3.1, 4 is 3.1.1, 5 is 5.0'),
    connection: whole().describe("1 for the device's first TCP connection, then 2, …"),
    match: packetMatch.optional().describe('decoded fields; those that are not named may be anything'),
  })
  .superRefine((f, ctx) => {
    if ((f.from === undefined) === (f.to === undefined))
      ctx.addIssue({
        code: 'custom',
        message: 'a packet is `from` a device or `to` one: exactly one of the two',
        params: { diagnostic: 'scenario/packet-direction', hint: 'write from: DEVICE or to: DEVICE' },
      })
  })

type PacketFields = z.output<typeof fields>

/** Where the packet is looked at: what was `delivered` left the link, and so it is looked at where it left. */
function endOf({ at, from, delivered }: PacketFields): 'device' | 'broker' {
  return at ?? (from !== undefined && delivered === true ? 'broker' : 'device')
}

/** The end that it is looked at is the one that it was sent to: what the link has swallowed did not come there. */
const hasArrived = ({ from }: PacketFields, end: 'device' | 'broker'): boolean =>
  end === (from === undefined ? 'device' : 'broker')

/**
 * Whether a packet of these first bytes may be one of `types` (null: any) with the wanted fields: false: it cannot;
 * true: only the whole packet tells; a number: ask again when it has number of bytes.
 */
export function mayMatch(
  types: readonly string[] | null,
  wanted: z.output<typeof packetMatch>,
  begun: Uint8Array,
): boolean | number {
  const first = begun[0]
  if (first === undefined) return 1
  // What is malformed is known at its end.
  if (types?.includes('malformed') === true) return true
  const type = PACKET_TYPES[first >> 4] ?? 'malformed'
  if (types !== null && !types.includes(type)) return false
  const { topic, payload } = wanted
  if (payload !== undefined && type !== 'publish') return false
  if (topic !== undefined && !HAVE_TOPIC.has(type)) return false
  if (type !== 'publish') return true
  const flags = { qos: (first >> 1) & 3, retain: (first & 1) === 1, dup: (first & 8) !== 0, flags: first & 15 }
  const { qos, retain, dup, flags: bits } = wanted
  if (differences({ qos, retain, dup, flags: bits }, flags).length > 0) return false
  if (topic === undefined) return true
  const at = headerEnd(begun)
  if (at === null || begun.length < at + 2) return begun.length + 1
  const size = (begun[at]! << 8) | begun[at + 1]!
  if (begun.length < at + 2 + size) return at + 2 + size
  const text = new TextDecoder().decode(begun.subarray(at + 2, at + 2 + size))
  return differences({ topic }, { topic: text }).length === 0
}

const HAVE_TOPIC: ReadonlySet<string> = new Set(['publish', 'subscribe', 'unsubscribe'])

/** Where the remaining length ends; null: not yet. */
function headerEnd(begun: Uint8Array): number | null {
  for (let at = 1; at < Math.min(begun.length, 5); at++) if (begun[at]! < 0x80) return at + 1
  return null
}

// PubSubClient answers PINGREQ of a broker, so PINGRESP is not among them.
const SERVERS_SEND: readonly (string | undefined)[] = ['connack', 'suback', 'unsuback']

/** What the link injects is another matter. */
function ofServers({ from, type, at, by }: PacketFields, device: ObservableDevice | undefined): Impossible | null {
  if (device?.isClient !== true || !SERVERS_SEND.includes(type) || at === 'broker' || by === 'link') return null
  const name = type!.toUpperCase()
  return {
    message: `${from} (use: ${device.use}) never sends ${name}: servers do`,
    hint: `write to: ${from}`,
    word: 'from',
  }
}

/** Packets that only one side sends [MQTT 3.1.1, table 2.1]. */
const CLIENTS_SEND: readonly (string | undefined)[] = ['connect', 'subscribe', 'unsubscribe', 'pingreq']

/** What the link injects is another matter. */
function ofClients({ to, type, by }: PacketFields): Impossible | null {
  if (to === undefined || by === 'link' || !CLIENTS_SEND.includes(type)) return null
  return {
    message: `no broker sends ${type!.toUpperCase()} to ${to}: clients do`,
    hint: `write from: ${to}, or by: link for what a step injects`,
    word: 'to',
  }
}

/** The one level that all connections of a device have; null: it is not known. */
function levelsOf(device: ObservableDevice | undefined): readonly number[] | null {
  const level = device?.level ?? null
  return level === null ? null : [level]
}

/** What the link has swallowed was not seen at the end that it was sent to. */
function swallowedBefore({ from, at, delivered }: PacketFields): Impossible | null {
  if (delivered !== false || at !== (from === undefined ? 'device' : 'broker')) return null
  return {
    message: `what the link has swallowed was never seen at the ${at}`,
    hint: `leave at: out, or write at: ${at === 'device' ? 'broker' : 'device'}`,
    word: 'delivered',
  }
}

export const packet: Matcher<PacketFields> = {
  name: 'packet',
  summary: "an MQTT packet on a device's link",
  kind: 'packet',
  fields,
  devices: (f) => [f.from ?? f.to!],
  stream: (f) => `packet:${f.from ?? f.to}`,
  // At the broker's end, a disturbance may hold a packet back for longer than its sender lives.
  maker: (f) => (f.from !== undefined && endOf(f) === 'device' && f.by !== 'link' ? f.from : null),
  compare(f, event, elements) {
    if (event.kind !== 'packet') return null
    if (event.device !== (f.from ?? f.to) || event.direction !== (f.from !== undefined ? 'up' : 'down')) return null
    if (f.type !== undefined && event.packet.type !== f.type) return null
    const lines = packetDifferences(f.match ?? {}, event.packet, event.raw, elements)
    const end = endOf(f)
    if (event.end !== undefined && event.end !== end) lines.push(`at: expected ${end}, got ${event.end}`)
    if (f.by !== undefined && f.by !== (event.by ?? 'peer'))
      lines.push(`by: expected ${f.by}, got ${event.by ?? 'peer'}`)
    const delivered = f.delivered ?? (hasArrived(f, end) ? true : undefined)
    const { level, connection } = f
    lines.push(...differences({ delivered, connection, level }, { ...event, level: event.level ?? 4 } as never))
    return lines
  },
  impossible: (f, { device, statements, statementsAt, reasons }) =>
    impossiblePacket(f) ??
    neverSaid('reason', f.match?.reason, reasons, 'no packet is malformed because of') ??
    outside(f, { connection: CONNECTION, level: LEVEL }) ??
    swallowedBefore(f) ??
    ofClients(f) ??
    notReported(f.match?.statement, statements) ??
    ofServers(f, f.from === undefined ? undefined : device(f.from)) ??
    ofAnotherLevel(f, f.from ?? f.to!, device(f.from ?? f.to!)) ??
    ofTheOtherVersion(f.match?.statement, levelsOf(device(f.from ?? f.to!)), statementsAt),
  show(f) {
    const match = Object.entries(f.match ?? {})
      .filter(([, want]) => want !== undefined)
      .map(([name, want]) => `${name} ${showField(name, want)}`)
    const who = f.from !== undefined ? `from ${f.from}` : `to ${f.to}`
    const end = f.at === undefined ? [] : [`at the ${f.at}`]
    const by = f.by === undefined ? [] : [`by the ${f.by}`]
    const level = f.level === undefined ? [] : [`at level ${showWanted(f.level)}`]
    return [`${f.type?.toUpperCase() ?? 'a packet'} ${who}`, ...end, ...by, ...level, ...match].join(', ')
  },
}
