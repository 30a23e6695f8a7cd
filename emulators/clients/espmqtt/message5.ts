// Packets of MQTT 5 as the library builds them (lib/mqtt5_msg.c). A property is sent only when it is not 0; the booleans
// are sent as 1, so that "no" cannot be said. Properties are in the order in which the library has them.

import type { Program, PyValue } from '../../board.ts'
import type { Options } from '../client.ts'
import { cString, int, isEmpty, pointer } from './c.ts'
import {
  CONNECT,
  type ConnectInfo,
  connectHeader,
  connectUser,
  connectWill,
  DISCONNECT,
  DoesNotFit,
  hasWill,
  type OutBuffer,
  PUBLISH,
  PUBREL,
  type Publish,
  SUBSCRIBE,
  type Topic,
  UNSUBSCRIBE,
  variableLength,
} from './message.ts'

/** A property struct: what the program set in it, by its fields' names. */
export type Properties = Options

function number(out: OutBuffer, id: number, size: number, value: PyValue | undefined): void {
  const given = int(value)
  if (given === 0) return
  out.byte(id)
  if (size === 0) out.bytes(Uint8Array.from(variableLength(given)))
  else for (let k = size - 1; k >= 0; k--) out.byte(Math.floor(given / 256 ** k))
}

function flag(out: OutBuffer, id: number, value: PyValue | undefined): void {
  if (int(value) !== 0) number(out, id, 1, 1)
}

function string(out: OutBuffer, id: number, value: Uint8Array | null): void {
  if (value === null) return
  out.byte(id)
  out.string(value)
}

function correlation(out: OutBuffer, value: PyValue | undefined): void {
  const data = pointer(value)
  if (!isEmpty(data)) string(out, 0x09, data)
}

function userProperties(out: OutBuffer, list: PyValue | undefined): void {
  for (const pair of (list ?? []) as readonly PyValue[][]) {
    const key = cString(pair[0])
    const value = cString(pair[1])
    if (key === null || value === null) continue // esp_mqtt5_client_set_user_property takes no such pair
    string(out, 0x26, key)
    out.string(value)
  }
}

export function* connect5(out: OutBuffer, info: ConnectInfo, own: Properties, will: Properties): Program<void> {
  const flagsAt = connectHeader(out, info)
  const at = out.propertiesBegin()
  number(out, 0x11, 4, own.session_expiry_interval)
  number(out, 0x27, 4, own.maximum_packet_size)
  number(out, 0x21, 2, own.receive_maximum)
  number(out, 0x22, 2, own.topic_alias_maximum)
  flag(out, 0x19, own.request_resp_info)
  flag(out, 0x17, own.request_problem_info)
  userProperties(out, own.user_property)
  out.propertiesEnd(at)
  out.string(info.clientId)
  if (hasWill(info)) {
    const willAt = out.propertiesBegin()
    number(out, 0x18, 4, will.will_delay_interval)
    flag(out, 0x01, will.payload_format_indicator)
    number(out, 0x02, 4, will.message_expiry_interval)
    string(out, 0x03, cString(will.content_type))
    string(out, 0x08, cString(will.response_topic))
    correlation(out, will.correlation_data)
    userProperties(out, will.user_property)
    out.propertiesEnd(willAt)
    connectWill(out, flagsAt, info)
  }
  connectUser(out, flagsAt, info)
  out.finish(CONNECT)
}

/** `responseInfo`: the broker's, from its CONNACK. */
export function* publish5(
  out: OutBuffer,
  { topic, data, length, qos, retain }: Publish,
  properties: Properties | null,
  responseInfo: Uint8Array | null,
): Program<number> {
  if (isEmpty(topic) && int(properties?.topic_alias) === 0) throw new DoesNotFit()
  out.string(topic)
  if (data === null && length > 0) throw new DoesNotFit()
  const id = qos > 0 ? yield* out.messageId() : 0
  const at = out.propertiesBegin()
  if (properties !== null) {
    flag(out, 0x01, properties.payload_format_indicator)
    number(out, 0x02, 4, properties.message_expiry_interval)
    number(out, 0x23, 2, properties.topic_alias)
    const responseTopic = cString(properties.response_topic)
    string(out, 0x08, responseTopic === null ? null : answerTopic(responseTopic, responseInfo))
    correlation(out, properties.correlation_data)
    userProperties(out, properties.user_property)
    string(out, 0x03, cString(properties.content_type))
  }
  out.propertiesEnd(at)
  out.payload(data ?? new Uint8Array())
  out.finish(PUBLISH, qos, retain)
  return id
}

/** With response information: one byte too short for all of it, and the NUL behind it is sent as well. */
function answerTopic(topic: Uint8Array, info: Uint8Array | null): Uint8Array {
  if (info === null || info.length === 0) return topic
  const whole = Uint8Array.of(...topic, 0x2f, ...info)
  whole[whole.length - 1] = 0
  return whole
}

function shared(filter: Uint8Array, properties: Properties | null): Uint8Array {
  if (int(properties?.is_share_subscribe) === 0) return filter
  const name = cString(properties!.share_name) ?? new Uint8Array()
  return Uint8Array.of(...new TextEncoder().encode('$share/'), ...name, 0x2f, ...filter)
}

export function* subscribe5(out: OutBuffer, topics: readonly Topic[], properties: Properties | null): Program<number> {
  const id = yield* out.messageId()
  const at = out.propertiesBegin()
  number(out, 0x0b, 0, properties?.subscribe_id)
  userProperties(out, properties?.user_property)
  out.propertiesEnd(at)
  const options =
    (int(properties?.retain_handle) << 4) |
    (int(properties?.no_local_flag) !== 0 ? 0x04 : 0) |
    (int(properties?.retain_as_published_flag) !== 0 ? 0x08 : 0)
  for (const { filter, qos } of topics) {
    if (filter.length === 0) throw new DoesNotFit()
    out.string(shared(filter, properties))
    out.byte(options | (qos & 3))
  }
  out.finish(SUBSCRIBE, 1)
  return id
}

export function* unsubscribe5(
  out: OutBuffer,
  topic: Uint8Array | null,
  properties: Properties | null,
): Program<number> {
  if (topic === null || topic.length === 0) throw new DoesNotFit()
  const id = yield* out.messageId()
  const at = out.propertiesBegin()
  userProperties(out, properties?.user_property)
  out.propertiesEnd(at)
  out.string(shared(topic, properties))
  out.finish(UNSUBSCRIBE, 1)
  return id
}

export function* disconnect5(out: OutBuffer, properties: Properties): Program<void> {
  out.byte(int(properties.disconnect_reason))
  const at = out.propertiesBegin()
  number(out, 0x11, 4, properties.session_expiry_interval)
  userProperties(out, properties.user_property)
  out.propertiesEnd(at)
  out.finish(DISCONNECT)
}

/** Always with a reason code, success, and a length of properties. */
export function* acknowledge5(out: OutBuffer, type: number, id: number): Program<void> {
  yield* out.messageId(id)
  out.byte(0)
  out.byte(0)
  out.finish(type, type === PUBREL ? 1 : 0)
}
