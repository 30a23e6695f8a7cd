// The contents of a packet on a connection of MQTT 5. What 3.1.1 has, too, is decoded into the same fields;
// properties are checked for their length and passed over.

import type {
  Acknowledgement,
  Bare,
  Connack,
  Packet,
  PacketType,
  Publish,
  Qos,
  Suback,
  Subscribe,
  Subscription,
  Unsubscribe,
} from './packet.ts'
import { Broken, type FieldReader } from './reader.ts'
import { topicFilterFault, topicNameFault } from './topic.ts'

interface Header {
  readonly flags: number
  readonly length: number
}

/** All but CONNECT. Throws Broken. */
export function decodeFields5(type: Exclude<PacketType, 'connect'>, header: Header, fields: FieldReader): Packet {
  switch (type) {
    case 'connack':
      return connack(header, fields)
    case 'publish':
      return publish(header, fields)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return acknowledgement(type, header, fields)
    case 'unsuback': {
      const packetId = fields.uint16('packet id')
      skipProperties(fields)
      fields.rest()
      return { type, ...header, packetId }
    }
    case 'subscribe':
      return subscribe(header, fields)
    case 'suback':
      return suback(header, fields)
    case 'unsubscribe':
      return unsubscribe(header, fields)
    case 'disconnect':
      return disconnect(header, fields)
    case 'pingreq':
    case 'pingresp':
      return { type, ...header }
  }
}

/** Their length and number of bytes [MQTT 5.0, 2.2.2]. */
export function skipProperties(fields: FieldReader): void {
  let length = 0
  for (let i = 0; ; i++) {
    const byte = fields.byte('length of the properties')
    length += (byte & 0x7f) * 128 ** i
    if (byte < 0x80) break
    if (i === 3) throw new Broken('the length of the properties has more than four bytes [MQTT-1.5.5-1]')
  }
  if (fields.left < length) throw new Broken(`the properties say ${length} bytes, only ${fields.left} are left`)
  fields.skip(length)
}

function connack(header: Header, fields: FieldReader): Connack {
  const flags = fields.byte('acknowledge flags')
  if (flags > 1) throw new Broken('reserved acknowledge flags are set [MQTT-3.2.2-1]')
  const returnCode = fields.byte('reason code')
  skipProperties(fields)
  return { type: 'connack', ...header, sessionPresent: flags === 1, returnCode }
}

function publish(header: Header, fields: FieldReader): Publish {
  const qos = (header.flags >> 1) & 3
  if (qos === 3) throw new Broken('both QoS bits are set [MQTT-3.3.1-4]')
  const topic = fields.text('topic')
  const fault = topic === '' ? null : topicNameFault(topic) // an alias may stand for it
  if (fault !== null) throw new Broken(fault)
  const id = qos > 0 ? { packetId: idOf(fields) } : {}
  skipProperties(fields)
  const flags = { qos: qos as Qos, retain: (header.flags & 1) !== 0, dup: (header.flags & 8) !== 0 }
  return { type: 'publish', ...header, topic, payload: fields.rest(), ...flags, ...id }
}

/** The reason code may be left out when it is 0, and the properties with it. */
function acknowledgement(
  type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp',
  header: Header,
  fields: FieldReader,
): Acknowledgement {
  const packetId = fields.uint16('packet id')
  return { type, ...header, packetId, reasonCode: reasonOf(fields) }
}

function disconnect(header: Header, fields: FieldReader): Bare {
  return { type: 'disconnect', ...header, reasonCode: reasonOf(fields) }
}

function reasonOf(fields: FieldReader): number {
  const code = fields.left > 0 ? fields.byte('reason code') : 0
  if (fields.left > 0) skipProperties(fields)
  return code
}

function subscribe(header: Header, fields: FieldReader): Subscribe {
  const packetId = idOf(fields)
  skipProperties(fields)
  const subscriptions: Subscription[] = []
  while (fields.left > 0) {
    const topic = filterOf(fields)
    const options = fields.byte('subscription options')
    if ((options & 0xc0) !== 0 || (options & 3) === 3)
      throw new Broken(`subscription options ${options} [MQTT-3.8.3-5]`)
    subscriptions.push({ topic, qos: options & 3 })
  }
  if (subscriptions.length === 0) throw new Broken('SUBSCRIBE without a topic filter [MQTT-3.8.3-2]')
  return { type: 'subscribe', ...header, packetId, subscriptions }
}

function suback(header: Header, fields: FieldReader): Suback {
  const packetId = fields.uint16('packet id')
  skipProperties(fields)
  const granted = [...fields.rest()]
  if (granted.length === 0) throw new Broken('SUBACK without a reason code [MQTT-3.8.4-6]')
  return { type: 'suback', ...header, packetId, granted }
}

function unsubscribe(header: Header, fields: FieldReader): Unsubscribe {
  const packetId = idOf(fields)
  skipProperties(fields)
  const topics: string[] = []
  while (fields.left > 0) topics.push(filterOf(fields))
  if (topics.length === 0) throw new Broken('UNSUBSCRIBE without a topic filter [MQTT-3.10.3-2]')
  return { type: 'unsubscribe', ...header, packetId, topics }
}

function idOf(fields: FieldReader): number {
  const id = fields.uint16('packet id')
  if (id === 0) throw new Broken('packet id 0 [MQTT-2.2.1-3]')
  return id
}

function filterOf(fields: FieldReader): string {
  const filter = fields.text('topic filter')
  const fault = topicFilterFault(filter)
  if (fault !== null) throw new Broken(fault)
  return filter
}
