// The contents of one whole packet: first byte and body in, decoded value out. Strict about the
// format and silent about behaviour: a return code of 77 or an empty client id is decoded, not
// malformed, because a claim may want to see it.

import { decodeFields5, skipProperties } from './decode5.ts'
import type {
  Acknowledgement,
  Connack,
  Connect,
  Packet,
  PacketType,
  Publish,
  Qos,
  Suback,
  Subscribe,
} from './packet.ts'
import { PACKET_TYPES, type Subscription, type Unsubscribe, type Will } from './packet.ts'
import { Broken, FieldReader } from './reader.ts'
import { topicFilterFault, topicNameFault } from './topic.ts'

/** What both directions of one connection speak, as its CONNECT has it. */
export class Dialect {
  /** Protocol level: 3, 4 or 5; 4 before CONNECT. */
  level = 4
}

interface Header {
  readonly flags: number
  readonly length: number
}

/** Decodes one packet; never throws: what is wrong with it is the `reason` of a `malformed` one. */
export function decodePacket(firstByte: number, body: Uint8Array, dialect: Dialect = new Dialect()): Packet {
  const header: Header = { flags: firstByte & 0x0f, length: body.length }
  const type = PACKET_TYPES[firstByte >> 4]
  try {
    if (type === undefined) throw new Broken(`packet type ${firstByte >> 4} is reserved [MQTT 3.1.1, 2.2.1]`)
    checkFlags(type, header.flags)
    const fields = new FieldReader(body)
    const packet =
      type !== 'connect' && dialect.level === 5
        ? decodeFields5(type, header, fields)
        : decodeFields(type, header, fields)
    if (packet.type === 'connect') dialect.level = packet.protocolLevel
    fields.end()
    return packet
  } catch (e) {
    if (!(e instanceof Broken)) throw e
    return { type: 'malformed', ...header, claims: type ?? 'reserved', reason: e.message }
  }
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
    case 'unsuback':
      return acknowledgement(type, header, fields)
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
  }
}

/** Table 2.2 of MQTT 3.1.1: all but PUBLISH have their four flag bits fixed. */
const FIXED_FLAGS: Readonly<Partial<Record<PacketType, readonly [number, string]>>> = {
  pubrel: [2, 'MQTT-3.6.1-1'],
  subscribe: [2, 'MQTT-3.8.1-1'],
  unsubscribe: [2, 'MQTT-3.10.1-1'],
}

function checkFlags(type: PacketType, flags: number): void {
  if (type === 'publish') return
  const [wanted, clause] = FIXED_FLAGS[type] ?? [0, 'MQTT-2.2.2-1']
  if (flags !== wanted) throw new Broken(`the flags of ${type} must be ${wanted}, not ${flags} [${clause}]`)
}

/** What is wrong with a field breaks this statement, unless it breaks one of its own, as ill-formed UTF-8 does. */
function named<T>(statement: string, read: () => T): T {
  try {
    return read()
  } catch (e) {
    if (e instanceof Broken && !e.message.includes('[')) throw new Broken(`${e.message} [${statement}]`)
    throw e
  }
}

function connect(header: Header, fields: FieldReader): Connect {
  const protocolName = fields.text('protocol name')
  const protocolLevel = fields.byte('protocol level')
  const flags = fields.byte('connect flags')
  if ((flags & 0x01) !== 0) throw new Broken('the reserved connect flag is set [MQTT-3.1.2-3]')
  const hasWill = (flags & 0x04) !== 0
  const willQos = (flags >> 3) & 3
  const willRetain = (flags & 0x20) !== 0
  if (!hasWill && willQos !== 0) throw new Broken('a will QoS without a will flag [MQTT-3.1.2-13]')
  if (!hasWill && willRetain) throw new Broken('a will retain flag without a will flag [MQTT-3.1.2-15]')
  if (willQos === 3) throw new Broken('will QoS 3 [MQTT-3.1.2-14]')
  const hasUser = (flags & 0x80) !== 0
  const hasPassword = (flags & 0x40) !== 0
  const isFive = protocolLevel === 5
  if (hasPassword && !hasUser && !isFive) throw new Broken('a password flag without a user name flag [MQTT-3.1.2-22]')
  const keepalive = fields.uint16('keep alive')
  if (isFive) skipProperties(fields)
  const clientId = named('MQTT-3.1.3-3', () => fields.text('client id'))
  let will: Will | undefined
  if (hasWill) {
    if (isFive) skipProperties(fields)
    const topic = topicName(named('MQTT-3.1.2-9', () => fields.text('will topic')))
    const payload = named('MQTT-3.1.2-9', () => fields.binary('will message'))
    will = { topic, payload, qos: willQos as Qos, retain: willRetain }
  }
  const username = hasUser ? named('MQTT-3.1.2-19', () => fields.text('user name')) : undefined
  const password = hasPassword ? named('MQTT-3.1.2-21', () => fields.binary('password')) : undefined
  if (!hasPassword) named(hasUser ? 'MQTT-3.1.2-20' : 'MQTT-3.1.2-18', () => fields.end())
  return {
    type: 'connect',
    ...header,
    protocolName,
    protocolLevel,
    clean: (flags & 0x02) !== 0,
    keepalive,
    clientId,
    ...(will === undefined ? {} : { will }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
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
