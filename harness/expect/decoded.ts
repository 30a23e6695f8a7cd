// What the decoder never yields. What breaks the format of its type is one `malformed` packet, so a claim about such a
// packet, by its type and the wrong field, can be neither satisfied nor broken.

import { topicFilterFault } from '../../emulators/index.ts'
import { FIXED_FLAGS } from '../packets/index.ts'
import { matchValue, type ValueMatcher } from '../scenario/index.ts'
import { type Domain, isOpen, outside } from './domain.ts'
import type { Impossible } from './matcher.ts'
import { noTopic, textsIn } from './topics.ts'

type Match = Readonly<Record<string, unknown>>

const MALFORMED = 'what is malformed is claimed by type: malformed'

/** Bytes of the shortest packet of a type, of any level. */
const SHORTEST: Readonly<Record<string, number>> = {
  connect: 12,
  connack: 2,
  publish: 2,
  puback: 2,
  pubrec: 2,
  pubrel: 2,
  pubcomp: 2,
  subscribe: 6,
  suback: 3,
  unsubscribe: 5,
  unsuback: 2,
}
const MOST_LENGTH = 0xfff_ffff

/** A packet id that is 0 makes these malformed; acknowledgements are decoded with it. */
const FROM_1: readonly string[] = ['publish', 'subscribe', 'unsubscribe']

/** Why no packet of the type is decoded with these fields, whatever its level; null: one may be. */
export function neverDecoded(type: string | undefined, match: Match): Impossible | null {
  if (type === undefined) return null
  if (type === 'malformed') return outside(match, { offset: { from: 0, to: Number.MAX_SAFE_INTEGER } })
  return (
    outside(match, {
      flags: type === 'publish' ? undefined : exactly(FIXED_FLAGS[type] ?? 0),
      length: lengthOf(type),
      packetId: FROM_1.includes(type) ? { from: 1, to: 0xffff } : undefined,
    }) ??
    (type === 'publish' ? noSuchFlags(match) : null) ??
    (type === 'subscribe' ? ofElements('qos', match.qos, { from: 0, to: 2 }) : null) ??
    (type === 'subscribe' || type === 'unsubscribe' ? noFilter(match.topic as ValueMatcher | undefined) : null) ??
    (type === 'suback' ? ofElements('granted', match.granted, { from: 0, to: 255 }) : null) ??
    (type === 'connect' ? noSuchWill(match.will) : null)
  )
}

/** The same of MQTT 3.1 and 3.1.1, which are stricter. */
export function neverDecodedBefore5(type: string | undefined, match: Match): Impossible | null {
  if (type === 'suback')
    return ofElements('granted', match.granted, GRANTED) ?? ofElements('reasonCode', match.reasonCode, GRANTED)
  if (type === 'connect' && match.username === null && typeof match.password === 'string')
    return {
      message: 'before MQTT 5 a CONNECT with a password and no user name is malformed',
      hint: MALFORMED,
      word: 'password',
    }
  if (type === 'publish' && match.topic === '')
    return {
      message: 'before MQTT 5 a PUBLISH with an empty topic is malformed',
      hint: MALFORMED,
      word: 'topic',
    }
  return outside(match, {
    length: type !== undefined && FIXED.includes(type) ? exactly(type === 'disconnect' ? 0 : 2) : undefined,
  })
}

const FIXED: readonly string[] = ['connack', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback', 'disconnect']
const GRANTED: Domain = { values: [0, 1, 2, 128] }

const exactly = (value: number): Domain => ({ values: [value] })

function lengthOf(type: string): Domain {
  if (type === 'pingreq' || type === 'pingresp') return exactly(0)
  return { from: SHORTEST[type] ?? 0, to: MOST_LENGTH }
}

/** A list means the whole list, which is never empty; anything else speaks of its elements. */
function ofElements(name: string, wanted: unknown, domain: Domain): Impossible | null {
  if (!Array.isArray(wanted)) return hasListIn(wanted) ? null : outside({ [name]: wanted }, { [name]: domain })
  if (wanted.length === 0) return { message: `${name} is never an empty list`, hint: MALFORMED, word: name }
  return wanted.map((one) => ofElements(name, one, domain)).find((found) => found !== null) ?? null
}

/** Lists below an operator are whole lists as well; whether they can be is left open. */
function hasListIn(wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null || wanted instanceof RegExp) return false
  return Object.values(wanted).some((one) =>
    Array.isArray(one) ? one.some((part) => Array.isArray(part) || hasListIn(part)) : hasListIn(one),
  )
}

/** QoS, RETAIN and DUP of a PUBLISH are its flags, and both bits of QoS are never set. */
function noSuchFlags(match: Match): Impossible | null {
  const named = ['flags', 'qos', 'retain', 'dup'].filter((name) => match[name] !== undefined)
  if (!named.includes('flags') || named.some((name) => isOpen(match[name]) || match[name] instanceof RegExp))
    return null
  const fits = (flags: number): boolean => {
    const fields: Match = { flags, qos: (flags >> 1) & 3, retain: (flags & 1) === 1, dup: (flags & 8) !== 0 }
    return named.every((name) => matchValue(match[name] as ValueMatcher, fields[name] as number | boolean))
  }
  if (Array.from({ length: 16 }, (_, flags) => flags).some((flags) => ((flags >> 1) & 3) < 3 && fits(flags)))
    return null
  return {
    message: `no PUBLISH has such ${named.join(', ')}: the flags are 8 for DUP, 2 x QoS, 1 for RETAIN`,
    hint: 'leave flags out, or write what belongs together',
    word: 'flags',
  }
}

function noFilter(wanted: ValueMatcher | undefined): Impossible | null {
  if (Array.isArray(wanted) && wanted.length === 0)
    return { message: 'a packet without a topic filter is malformed', hint: MALFORMED, word: 'topic' }
  for (const text of textsIn(wanted)) {
    const fault = isOpen(text) ? null : topicFilterFault(text)
    if (fault !== null)
      return {
        message: `"${text}" makes its packet malformed: ${fault}`,
        hint: MALFORMED,
        word: text === '' ? 'topic' : text,
      }
  }
  return null
}

function noSuchWill(will: unknown): Impossible | null {
  if (typeof will !== 'object' || will === null) return null
  const { topic, qos, payload } = will as Match
  if (payload === null)
    return {
      message: 'payload: null never matches, because this is never left out',
      hint: 'an empty payload is payload: ""',
      word: 'payload',
    }
  const wrong = outside({ qos }, { qos: { from: 0, to: 2 } })
  return wrong ?? noTopic(topic as ValueMatcher | undefined, 'message')
}
