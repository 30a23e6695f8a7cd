// What a scenario says of MQTT 5, in esp-mqtt's own property calls. The library sends a number only when it is not 0, in
// an order of its own, and its texts end at their first NUL.

import type { PyValue } from '../../board.ts'
import { PROPERTIES, type PropertyName } from '../../mqtt/properties.ts'
import type { Mqtt5Words, Said5, Unsayable, Verb5, WrittenProperties } from '../mqtt5.ts'

const VERSIONS: Readonly<Record<number, string>> = {
  3: 'MQTT_PROTOCOL_V_3_1',
  4: 'MQTT_PROTOCOL_V_3_1_1',
  5: 'MQTT_PROTOCOL_V_5',
}
const CHOSEN_BY = 'session.protocol_ver'

const CALLS: Readonly<Partial<Record<Verb5, string>>> = {
  connect: 'set_connect_property',
  will: 'set_connect_property',
  publish: 'set_publish_property',
  subscribe: 'set_subscribe_property',
  unsubscribe: 'set_unsubscribe_property',
  disconnect: 'set_disconnect_property',
}

const OF_A_MESSAGE = {
  payloadFormatIndicator: 'payload_format_indicator',
  messageExpiryInterval: 'message_expiry_interval',
  contentType: 'content_type',
  responseTopic: 'response_topic',
  correlationData: 'correlation_data',
} as const

/** The field of the call's struct, by the property. */
const FIELDS: Readonly<Record<Verb5, Readonly<Partial<Record<PropertyName, string>>>>> = {
  connect: {
    sessionExpiryInterval: 'session_expiry_interval',
    maximumPacketSize: 'maximum_packet_size',
    receiveMaximum: 'receive_maximum',
    topicAliasMaximum: 'topic_alias_maximum',
    requestResponseInformation: 'request_resp_info',
    requestProblemInformation: 'request_problem_info',
    userProperty: 'user_property',
  },
  will: { ...OF_A_MESSAGE, willDelayInterval: 'will_delay_interval', userProperty: 'will_user_property' },
  publish: { ...OF_A_MESSAGE, topicAlias: 'topic_alias', userProperty: 'user_property' },
  subscribe: { subscriptionIdentifier: 'subscribe_id', userProperty: 'user_property' },
  unsubscribe: { userProperty: 'user_property' },
  disconnect: { sessionExpiryInterval: 'session_expiry_interval', userProperty: 'user_property' },
  auth: {},
}

export const espWords5: Mqtt5Words = {
  chosenBy: CHOSEN_BY,
  options: (level) => ({ [CHOSEN_BY]: VERSIONS[level]!, ...(level === 5 ? { CONFIG_MQTT_PROTOCOL_5: true } : {}) }),
  levelOf(options) {
    const chosen = Object.entries(VERSIONS).find(([, name]) => name === options[CHOSEN_BY])
    if (chosen !== undefined) return Number(chosen[0])
    return options.CONFIG_MQTT_PROTOCOL_311 === false ? 3 : 4
  },
  before(verb, said) {
    const method = CALLS[verb]
    const kwargs = fieldsOf(verb, said)
    return method === undefined || Object.keys(kwargs).length === 0 ? null : { method, args: [], kwargs }
  },
  done: 'ESP_OK',
  cannotSay(verb, { properties = {} }) {
    if (verb === 'auth') return { word: null, why: 'has no AUTH' }
    for (const [name, value] of Object.entries(properties) as [PropertyName | 'hex', unknown][]) {
      const why = value === undefined ? null : whyNot(verb, name, value)
      if (why !== null) return { word: `properties.${name}`, why } satisfies Unsayable
    }
    return null
  },
}

function fieldsOf(verb: Verb5, said: Said5): Record<string, PyValue> {
  const fields: Record<string, PyValue> = {}
  for (const [name, value] of Object.entries(said.properties ?? ({} as WrittenProperties)) as [
    PropertyName,
    unknown,
  ][]) {
    const field = FIELDS[verb][name]
    if (field !== undefined && value !== undefined) fields[field] = valueOf5(name, value)
  }
  if (said.noLocal !== undefined) fields.no_local_flag = said.noLocal
  if (said.retainAsPublished !== undefined) fields.retain_as_published_flag = said.retainAsPublished
  if (said.retainHandling !== undefined) fields.retain_handle = said.retainHandling
  if (said.reasonCode !== undefined) fields.disconnect_reason = said.reasonCode
  return fields
}

function valueOf5(name: PropertyName, value: unknown): PyValue {
  if (name === 'userProperty') return pairsOf(value).map((pair) => [...pair])
  return (Array.isArray(value) ? value[0] : value) as PyValue
}

const pairsOf = (value: unknown): readonly (readonly string[])[] =>
  Array.isArray(value) ? value : Object.entries(value as Record<string, string>)

function whyNot(verb: Verb5, name: PropertyName | 'hex', value: unknown): string | null {
  if (name === 'hex') return 'has no call for properties by their bytes'
  if (FIELDS[verb][name] === undefined) return `has no call for ${name} of ${verb}`
  if (name === 'userProperty')
    return pairsOf(value)
      .flat()
      .some((text) => text.includes('\0'))
      ? `cuts ${name} at a NUL`
      : null
  const all = Array.isArray(value) ? value : [value]
  if (all.length !== 1) return `sends ${name} once`
  const [one] = all
  switch (PROPERTIES[name][1]) {
    case 'string':
      return (one as Uint8Array).includes(0) ? `cuts ${name} at a NUL` : null
    case 'binary':
      return (one as Uint8Array).length === 0 ? `sends ${name} only when it is not empty` : null
    case 'byte':
      return one === 1 ? null : `sends ${name} as 1, or not at all`
    default:
      return one === 0 ? `sends ${name} only when it is not 0` : null
  }
}
