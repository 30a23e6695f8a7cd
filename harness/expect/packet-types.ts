// Which fields a packet of a type has; a claim on another never matches.

import type { ValueMatcher } from '../scenario/index.ts'
import { neverDecoded } from './decoded.ts'
import { BYTE, FLAGS, KEEP_ALIVE, LENGTH, outside, PACKET_ID, QOS } from './domain.ts'
import type { Impossible } from './matcher.ts'
import { nothingLeftOut } from './possible.ts'
import { neverProperties } from './properties-domain.ts'
import { BYTES, neverText, PLAIN, type Texts } from './text-domain.ts'
import { noTopic } from './topics.ts'
import { otherBytes } from './whole-bytes.ts'

/** What every packet has. */
export const COMMON_FIELDS: readonly string[] = ['length', 'flags', 'hex']
const REASON = ['reasonCode', 'properties']
const ACKNOWLEDGEMENT = ['packetId', ...REASON]
const OPTIONS = ['noLocal', 'retainAsPublished', 'retainHandling']

export const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  connect: [
    'protocolName',
    'protocolLevel',
    'clean',
    'keepalive',
    'clientId',
    'will',
    'username',
    'password',
    'properties',
  ],
  connack: ['sessionPresent', 'returnCode', 'reasonCode', 'properties'],
  publish: ['topic', 'payload', 'qos', 'retain', 'dup', 'packetId', 'properties'],
  puback: ACKNOWLEDGEMENT,
  pubrec: ACKNOWLEDGEMENT,
  pubrel: ACKNOWLEDGEMENT,
  pubcomp: ACKNOWLEDGEMENT,
  subscribe: ['packetId', 'topic', 'qos', ...OPTIONS, 'properties'],
  suback: ['packetId', 'granted', 'reasonCode', 'properties'],
  unsubscribe: ['packetId', 'topic', 'properties'],
  unsuback: ACKNOWLEDGEMENT,
  pingreq: [],
  pingresp: [],
  disconnect: REASON,
  auth: REASON,
  malformed: ['claims', 'reason', 'statement', 'offset'],
}

interface Claimed {
  readonly type?: string | undefined
  readonly match?: Readonly<Record<string, unknown>> | undefined
}

export function impossiblePacket({ type, match = {} }: Claimed): Impossible | null {
  const named = Object.keys(match).filter((name) => match[name] !== undefined)
  const types = type === undefined ? Object.keys(FIELDS_OF) : [type]
  const fits = (one: string): boolean =>
    named.every((name) => COMMON_FIELDS.includes(name) || FIELDS_OF[one]?.includes(name) === true)
  if (!types.some(fits)) return noSuchField(type, named)
  const claimed = noSuchClaim(match.claims as ValueMatcher | undefined)
  if (claimed !== null) return claimed
  const published =
    type === 'publish'
      ? (noTopic(match.topic as ValueMatcher | undefined, 'packet') ?? noSuchQos(match.qos) ?? idWithoutNeed(match))
      : null
  return (
    published ??
    outside(match, {
      packetId: PACKET_ID,
      keepalive: KEEP_ALIVE,
      flags: FLAGS,
      length: LENGTH,
      qos: type === 'publish' ? QOS : undefined,
      returnCode: BYTE,
      protocolLevel: BYTE,
    }) ??
    textsOf(type, match) ??
    neverDecoded(type, match) ??
    otherBytes(type, match) ??
    unequalLists(match) ??
    nothingLeftOut(
      match,
      named.filter((name) => !OPTIONAL.includes(name)),
    )
  )
}

const TEXTS: Readonly<Record<string, Texts>> = {
  payload: BYTES,
  clientId: PLAIN,
  username: { ...PLAIN, optional: true },
  password: { ...BYTES, optional: true },
  protocolName: PLAIN,
  claims: {
    what: 'a type',
    values: [...Object.keys(FIELDS_OF).filter((type) => type !== 'malformed'), 'reserved'],
  },
}

/** A field that wants a text which it never is. */
function textsOf(type: string | undefined, match: Readonly<Record<string, unknown>>): Impossible | null {
  const wanted = (name: string): ValueMatcher | undefined => match[name] as ValueMatcher | undefined
  for (const [name, texts] of Object.entries(TEXTS)) {
    const found = neverText(name, wanted(name), texts)
    if (found !== null && wanted(name) !== null) return found
  }
  for (const name of type === 'subscribe' ? ['noLocal', 'retainAsPublished'] : []) {
    const list = match[name]
    if (Array.isArray(list) && list.length === 0)
      return { message: `${name} is never an empty list`, hint: 'a list has one value for each filter', word: name }
  }
  return (
    neverProperties(match.properties) ??
    neverProperties((match.will as { readonly properties?: unknown } | undefined)?.properties)
  )
}

/** A malformed packet says that it is of a type, or of the one that no version of MQTT uses. */
function noSuchClaim(claims: ValueMatcher | undefined): Impossible | null {
  if (typeof claims !== 'string' || claims === 'reserved' || (claims !== 'malformed' && claims in FIELDS_OF))
    return null
  const known = Object.keys(FIELDS_OF).filter((type) => type !== 'malformed')
  return {
    message: `no packet says that it is of type "${claims}"`,
    hint: `there is ${known.join(', ')}, reserved`,
    word: claims,
  }
}

const noSuchQos = (qos: unknown): Impossible | null =>
  typeof qos === 'number' && qos > 2
    ? { message: `a PUBLISH with QoS ${qos} is malformed`, hint: 'claim type: malformed', word: 'qos' }
    : null

/** Only above QoS 0 a PUBLISH has a packet id. */
function idWithoutNeed({ qos, packetId }: Readonly<Record<string, unknown>>): Impossible | null {
  if (qos !== 0 || packetId === undefined || packetId === null) return null
  return { message: 'a PUBLISH with QoS 0 has no packetId', hint: 'leave packetId out', word: 'packetId' }
}

/** What is said of each filter of a SUBSCRIBE stands in lists of the same length. */
function unequalLists(match: Readonly<Record<string, unknown>>): Impossible | null {
  const lists = ['topic', 'qos', ...OPTIONS].filter((name) => Array.isArray(match[name]))
  const lengths = lists.map((name) => (match[name] as readonly unknown[]).length)
  const other = lengths.findIndex((length) => length !== lengths[0])
  if (other < 0) return null
  return {
    message: `${lists[0]} names ${lengths[0]} and ${lists[other]} ${lengths[other]} of the filters of one packet`,
    hint: 'a list means the whole list, in order',
    word: lists[other],
  }
}

/** What a packet of the type may leave out, which `null` means. */
const OPTIONAL: readonly string[] = ['packetId', 'username', 'password', 'will', 'reasonCode', 'statement', 'offset']

function noSuchField(type: string | undefined, named: readonly string[]): Impossible {
  if (type === undefined)
    return {
      message: `no packet has ${named.join(' and ')} together`,
      hint: 'write a claim for each type of packet',
      word: named[0],
    }
  const wrong = named.find((name) => !COMMON_FIELDS.includes(name) && FIELDS_OF[type]?.includes(name) !== true)!
  const owners = Object.keys(FIELDS_OF).filter((one) => FIELDS_OF[one]!.includes(wrong))
  const fields = [...FIELDS_OF[type]!, ...COMMON_FIELDS].join(', ')
  return {
    message: `${type.toUpperCase()} has no ${wrong}`,
    hint: owners.length === 1 ? `${wrong} is of ${owners[0]!.toUpperCase()}` : `it has ${fields}`,
    word: wrong,
  }
}
