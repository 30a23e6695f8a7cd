// The contents of one whole packet: first byte and body in, decoded value out. Strict about the
// format and silent about behaviour: a return code of 77 or an empty client id is decoded, not
// malformed, because a claim may want to see it.

import { connect } from './connect.ts'
import { decodeFields5 } from './decode5.ts'
import type { Acknowledgement, Connack, Header, Packet, PacketType, Publish, Qos, Suback, Subscribe } from './packet.ts'
import { PACKET_TYPES, type Subscription, type Unsuback, type Unsubscribe } from './packet.ts'
import { Broken, FieldReader } from './reader.ts'
import { topicFilterFault, topicNameFault } from './topic.ts'

/** What both directions of one connection speak, as its CONNECT has it. */
export class Dialect {
  /** Protocol level: 3, 4 or 5; 4 before CONNECT. */
  level = 4
}

/**
 * Decodes one packet; never throws: what is wrong with it is the `reason` of a `malformed` one.
 * @param headerBytes how many bytes stood before the body; default: as few as the length needs
 */
export function decodePacket(
  firstByte: number,
  body: Uint8Array,
  dialect: Dialect = new Dialect(),
  headerBytes: number = bytesFor(body.length),
): Packet {
  const header: Header = { flags: firstByte & 0x0f, length: body.length }
  const is5 = dialect.level === 5 || isRefusal5(firstByte, body, dialect)
  const type = typeOf(firstByte, is5)
  const fields = new FieldReader(body, dialect.level)
  // The first byte of a packet, until its body is read.
  let before: number | null = 0
  try {
    if (type === undefined) throw new Broken(`packet type ${firstByte >> 4} is reserved [MQTT 3.1.1, 2.2.1]`)
    checkFlags(type, header.flags, is5)
    before = 1
    if (is5 && headerBytes > bytesFor(body.length))
      throw new Broken('the remaining length takes more bytes than it needs [MQTT-1.5.5-1]')
    before = null
    const packet = type !== 'connect' && is5 ? decodeFields5(type, header, fields) : decodeFields(type, header, fields)
    fields.end()
    return packet
  } catch (e) {
    if (!(e instanceof Broken)) throw e
    const offset = before ?? headerBytes + fields.field
    return { type: 'malformed', ...header, claims: type ?? 'reserved', reason: e.message, ...broken(e.message), offset }
  } finally {
    // Also one that is malformed: what answers it is of its level.
    if (type === 'connect' && fields.level !== null) dialect.level = fields.level
  }
}

/** A server that does not know the level of a CONNECT may refuse it in MQTT 5 [MQTT-3.1.2-2]. */
const isRefusal5 = (firstByte: number, body: Uint8Array, { level }: Dialect): boolean =>
  level > 5 && firstByte >> 4 === CONNACK && body.length > 2

const CONNACK = 2

/** What the high nibble of the first byte means; AUTH is of MQTT 5. */
export const typeOf = (firstByte: number, is5: boolean): PacketType | undefined =>
  firstByte >> 4 === AUTH && !is5 ? undefined : PACKET_TYPES[firstByte >> 4]

const AUTH = 15

/** The first byte and the remaining length. */
const bytesFor = (length: number): number => (length < 0x80 ? 2 : length < 0x4000 ? 3 : length < 0x20_0000 ? 4 : 5)

/** The statement that a reason names. */
export function broken(reason: string): { readonly statement?: string } {
  const statement = /\[(MQTT-[\d.]+-\d+)\]/.exec(reason)?.[1]
  return statement === undefined ? {} : { statement }
}

function decodeFields(type: PacketType, header: Header, fields: FieldReader): Packet {
  switch (type) {
    case 'connect':
      return connect(header, fields)
    case 'connack':
      return connack(header, fields)
    case 'publish':
      return publish(header, fields)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return acknowledgement(type, header, fields)
    case 'unsuback':
      return { type, ...header, packetId: fields.uint16('packet id') } satisfies Unsuback
    case 'subscribe':
      return subscribe(header, fields)
    case 'suback':
      return suback(header, fields)
    case 'unsubscribe':
      return unsubscribe(header, fields)
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return { type, ...header }
    case 'auth':
      throw new Broken('packet type 15 is reserved [MQTT 3.1.1, 2.2.1]')
  }
}

/** Table 2.2 of MQTT 3.1.1, 2-2 of MQTT 5: all but PUBLISH have their four flag bits fixed. */
const FIXED_FLAGS: Readonly<Partial<Record<PacketType, readonly [number, string]>>> = {
  pubrel: [2, 'MQTT-3.6.1-1'],
  subscribe: [2, 'MQTT-3.8.1-1'],
  unsubscribe: [2, 'MQTT-3.10.1-1'],
}

/** Those that have a statement of their own in MQTT 5. */
const FLAGS5: Readonly<Partial<Record<PacketType, string>>> = {
  disconnect: 'MQTT-3.14.1-1',
  auth: 'MQTT-3.15.1-1',
}

function checkFlags(type: PacketType, flags: number, is5: boolean): void {
  if (type === 'publish') return
  const [wanted, clause] = FIXED_FLAGS[type] ?? [0, is5 ? (FLAGS5[type] ?? 'MQTT-2.1.3-1') : 'MQTT-2.2.2-1']
  if (flags !== wanted) throw new Broken(`the flags of ${type} must be ${wanted}, not ${flags} [${clause}]`)
}

function connack(header: Header, fields: FieldReader): Connack {
  const flags = fields.byte('acknowledge flags')
  if (flags > 1) throw new Broken('reserved acknowledge flags are set [MQTT 3.1.1, 3.2.2.1]')
  return { type: 'connack', ...header, sessionPresent: flags === 1, returnCode: fields.byte('return code') }
}

function publish(header: Header, fields: FieldReader): Publish {
  const qos = (header.flags >> 1) & 3
  if (qos === 3) throw new Broken('both QoS bits are set [MQTT-3.3.1-4]')
  const topic = topicName(fields.text('topic'))
  const id = qos > 0 ? { packetId: packetId(fields) } : {}
  const flags = { qos: qos as Qos, retain: (header.flags & 1) !== 0, dup: (header.flags & 8) !== 0 }
  return { type: 'publish', ...header, topic, payload: fields.rest(), ...flags, ...id }
}

/** An id of 0 is let pass here: umqtt's ids run past 65535, and what answers them is worth seeing. */
function acknowledgement(type: Acknowledgement['type'], header: Header, fields: FieldReader): Acknowledgement {
  return { type, ...header, packetId: fields.uint16('packet id') }
}

function subscribe(header: Header, fields: FieldReader): Subscribe {
  const id = packetId(fields)
  const subscriptions: Subscription[] = []
  while (fields.left > 0) {
    const topic = topicFilter(fields.text('topic filter'))
    const qos = fields.byte('requested QoS')
    if (qos > 2) throw new Broken(`requested QoS byte ${qos} [MQTT-3.8.3-4]`)
    subscriptions.push({ topic, qos })
  }
  if (subscriptions.length === 0) throw new Broken('SUBSCRIBE without a topic filter [MQTT-3.8.3-3]')
  return { type: 'subscribe', ...header, packetId: id, subscriptions }
}

function suback(header: Header, fields: FieldReader): Suback {
  const id = fields.uint16('packet id')
  const granted = [...fields.rest()]
  if (granted.length === 0) throw new Broken('SUBACK without a return code [MQTT-3.8.4-5]')
  const odd = granted.find((code) => code > 2 && code !== 0x80)
  if (odd !== undefined) throw new Broken(`return code ${odd} in SUBACK is reserved [MQTT-3.9.3-2]`)
  return { type: 'suback', ...header, packetId: id, granted }
}

function unsubscribe(header: Header, fields: FieldReader): Unsubscribe {
  const id = packetId(fields)
  const topics: string[] = []
  while (fields.left > 0) topics.push(topicFilter(fields.text('topic filter')))
  if (topics.length === 0) throw new Broken('UNSUBSCRIBE without a topic filter [MQTT-3.10.3-2]')
  return { type: 'unsubscribe', ...header, packetId: id, topics }
}

function packetId(fields: FieldReader): number {
  const id = fields.uint16('packet id')
  if (id === 0) throw new Broken('packet id 0 [MQTT-2.3.1-1]')
  return id
}

function topicName(text: string): string {
  const fault = topicNameFault(text)
  if (fault !== null) throw new Broken(fault)
  return text
}

function topicFilter(text: string): string {
  const fault = topicFilterFault(text)
  if (fault !== null) throw new Broken(fault)
  return text
}
