// The contents of a packet on a connection of MQTT 5, all but CONNECT.

import type {
  Acknowledgement,
  Auth,
  Bare,
  Connack,
  Header,
  Packet,
  PacketType,
  Publish,
  Qos,
  Suback,
  Subscribe,
  Subscription,
  Unsuback,
  Unsubscribe,
} from './packet.ts'
import { NO_PROPERTIES, type Properties, readProperties } from './properties.ts'
import { Broken, type FieldReader } from './reader.ts'
import { topicFilterFault5, topicNameFault } from './topic.ts'

/** Throws Broken. */
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
    case 'subscribe':
      return subscribe(header, fields)
    case 'suback':
      return suback(header, fields)
    case 'unsubscribe':
      return unsubscribe(header, fields)
    case 'unsuback':
      return unsuback(header, fields)
    case 'disconnect':
    case 'auth':
      return { type, ...header, ...reasonOf(fields) } satisfies Bare | Auth
    case 'pingreq':
    case 'pingresp':
      return { type, ...header }
  }
}

function connack(header: Header, fields: FieldReader): Connack {
  const flags = fields.byte('acknowledge flags')
  if (flags > 1) throw new Broken('reserved acknowledge flags are set [MQTT-3.2.2-1]')
  const returnCode = fields.byte('reason code')
  return { type: 'connack', ...header, sessionPresent: flags === 1, returnCode, properties: readProperties(fields) }
}

function publish(header: Header, fields: FieldReader): Publish {
  const qos = (header.flags >> 1) & 3
  if (qos === 3) throw new Broken('both QoS bits are set [MQTT-3.3.1-4]')
  const topic = fields.text('topic')
  const fault = topic === '' ? null : topicNameFault(topic)
  if (fault !== null) throw new Broken(fault)
  const id = qos > 0 ? { packetId: idOf(fields) } : {}
  const properties = readProperties(fields)
  if (topic === '' && properties.topicAlias === undefined) {
    fields.field = 0
    throw new Broken('the topic is empty, and no topic alias stands for it [MQTT-4.7.3-1]')
  }
  const flags = { qos: qos as Qos, retain: (header.flags & 1) !== 0, dup: (header.flags & 8) !== 0 }
  return { type: 'publish', ...header, topic, payload: fields.rest(), ...flags, ...id, properties }
}

function acknowledgement(type: Acknowledgement['type'], header: Header, fields: FieldReader): Acknowledgement {
  const packetId = fields.uint16('packet id')
  return { type, ...header, packetId, ...reasonOf(fields) }
}

/** The reason code may be left out when it is 0, and the properties when there are none [MQTT 5.0, 3.4.2.1]. */
function reasonOf(fields: FieldReader): { readonly reasonCode: number; readonly properties: Properties } {
  const reasonCode = fields.left > 0 ? fields.byte('reason code') : 0
  return { reasonCode, properties: fields.left > 0 ? readProperties(fields) : NO_PROPERTIES }
}

function subscribe(header: Header, fields: FieldReader): Subscribe {
  const packetId = idOf(fields)
  const properties = readProperties(fields)
  const subscriptions: Subscription[] = []
  while (fields.left > 0) {
    const topic = filterOf(fields)
    const options = fields.byte('subscription options')
    if ((options & 0xc0) !== 0 || (options & 3) === 3)
      throw new Broken(`subscription options ${options} [MQTT-3.8.3-5]`)
    const [noLocal, retainAsPublished] = [(options & 4) !== 0, (options & 8) !== 0]
    subscriptions.push({ topic, qos: options & 3, noLocal, retainAsPublished, retainHandling: options >> 4 })
  }
  if (subscriptions.length === 0) throw new Broken('SUBSCRIBE without a topic filter [MQTT-3.8.3-2]')
  return { type: 'subscribe', ...header, packetId, subscriptions, properties }
}

function suback(header: Header, fields: FieldReader): Suback {
  const packetId = fields.uint16('packet id')
  const properties = readProperties(fields)
  const granted = [...fields.rest()]
  if (granted.length === 0) throw new Broken('SUBACK without a reason code [MQTT-3.8.4-6]')
  return { type: 'suback', ...header, packetId, granted, properties }
}

function unsubscribe(header: Header, fields: FieldReader): Unsubscribe {
  const packetId = idOf(fields)
  const properties = readProperties(fields)
  const topics: string[] = []
  while (fields.left > 0) topics.push(filterOf(fields))
  if (topics.length === 0) throw new Broken('UNSUBSCRIBE without a topic filter [MQTT-3.10.3-2]')
  return { type: 'unsubscribe', ...header, packetId, topics, properties }
}

function unsuback(header: Header, fields: FieldReader): Unsuback {
  const packetId = fields.uint16('packet id')
  const properties = readProperties(fields)
  const reasonCodes = [...fields.rest()]
  if (reasonCodes.length === 0) throw new Broken('UNSUBACK without a reason code [MQTT-3.11.3-1]')
  return { type: 'unsuback', ...header, packetId, reasonCodes, properties }
}

function idOf(fields: FieldReader): number {
  const id = fields.uint16('packet id')
  if (id === 0) throw new Broken('packet id 0 [MQTT-2.2.1-3]')
  return id
}

function filterOf(fields: FieldReader): string {
  const filter = fields.text('topic filter')
  const fault = topicFilterFault5(filter)
  if (fault !== null) throw new Broken(fault)
  return filter
}
