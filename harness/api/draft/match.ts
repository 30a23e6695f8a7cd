// What a draft claims of a packet: all its fields that the same device on the same broker would show again.

import { type Packet, topicFilterFault, topicNameFault } from '../../../emulators/index.ts'
import { bare } from '../../scenario/index.ts'
import { propertiesClaimed } from './properties.ts'
import { exactly, payload, textOf, type Word } from './words.ts'

type Match = { readonly [field: string]: Word | undefined }

/** More bytes than a person compares; the length says enough. */
const MAX_PAYLOAD_BYTES = 256

/** `id`: what is claimed of the packet id; undefined: nothing, because the broker chose it. `isDown`: the broker sent it. */
export function matchOf(packet: Packet, id: Word | undefined, isDown: boolean): Match {
  const fields = fieldsOf(packet, id)
  const properties = 'properties' in packet ? propertiesClaimed(packet.properties, isDown) : undefined
  return properties === undefined ? fields : { ...fields, properties }
}

function fieldsOf(packet: Packet, id: Word | undefined): Match {
  switch (packet.type) {
    case 'connect':
      return {
        clientId: textOf(packet.clientId),
        clean: packet.clean,
        keepalive: bare(`${packet.keepalive}s`),
        protocolLevel: packet.protocolLevel,
        will:
          packet.will === undefined
            ? false
            : {
                topic: topicNameFault(packet.will.topic) === null ? exactly(packet.will.topic) : undefined,
                payload: content(packet.will.payload),
                qos: packet.will.qos,
                retain: packet.will.retain,
                properties: propertiesClaimed(packet.will.properties, false),
              },
        username: packet.username === undefined ? null : textOf(packet.username),
      }
    case 'connack':
      return { returnCode: packet.returnCode, sessionPresent: packet.sessionPresent }
    case 'publish':
      return {
        topic: published(packet.topic, packet.properties !== undefined),
        payload: packet.payload.length > MAX_PAYLOAD_BYTES ? undefined : content(packet.payload),
        length: packet.payload.length > MAX_PAYLOAD_BYTES ? packet.length : undefined,
        qos: packet.qos,
        retain: packet.retain,
        dup: packet.dup,
        packetId: id,
      }
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return { packetId: id, reasonCode: packet.reasonCode }
    case 'unsuback':
      return { packetId: id, reasonCode: packet.reasonCodes }
    case 'subscribe':
      return {
        packetId: id,
        topic: filters(packet.subscriptions.map(({ topic }) => topic)),
        qos: packet.subscriptions.map(({ qos }) => qos),
      }
    case 'suback':
      return { packetId: id, granted: packet.granted }
    case 'unsubscribe':
      return { packetId: id, topic: filters(packet.topics) }
    case 'disconnect':
    case 'auth':
      return { reasonCode: packet.reasonCode }
    case 'malformed':
      return { claims: packet.claims }
    case 'pingreq':
    case 'pingresp':
      return {}
  }
}

/** In MQTT 5 an alias may stand for it. No claim can be made of one that makes the packet malformed. */
const published = (topic: string, isEmptyFine: boolean): Word | undefined =>
  (topic === '' ? isEmptyFine : topicNameFault(topic) === null) ? exactly(topic) : undefined

/** A recording that somebody else wrote may hold topics that make a packet malformed: no claim can be made of those. */
const filters = (topics: readonly string[]): Word | undefined =>
  topics.some((topic) => topicFilterFault(topic) !== null) ? undefined : topics.map(exactly)

const content = (value: Uint8Array): Word => payload(value)
