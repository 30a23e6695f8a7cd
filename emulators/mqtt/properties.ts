// The properties of MQTT 5: which there are, where each may stand, and how they are read. Read is what can be read: a
// property that its packet must not have, and one that stands twice, are values to make claims about, and the lints'
// business. What cannot be read is malformed.

import { Broken, type FieldReader } from './reader.ts'

export type PropertyKind = 'byte' | 'uint16' | 'uint32' | 'varint' | 'string' | 'binary' | 'pairs'

/** Packets that have properties; `will`: those of the will in CONNECT. */
export type PropertyHolder =
  | 'connect'
  | 'will'
  | 'connack'
  | 'publish'
  | 'puback'
  | 'pubrec'
  | 'pubrel'
  | 'pubcomp'
  | 'subscribe'
  | 'suback'
  | 'unsubscribe'
  | 'unsuback'
  | 'disconnect'
  | 'auth'

const MESSAGE: readonly PropertyHolder[] = ['publish', 'will']
const ENHANCED: readonly PropertyHolder[] = ['connect', 'connack', 'auth']
const ANSWERS: readonly PropertyHolder[] = ['puback', 'pubrec', 'pubrel', 'pubcomp', 'suback', 'unsuback']

/** Identifier, type, and the packets that may have it, by the name in the specification [MQTT 5.0, table 2-4]. */
export const PROPERTIES = {
  payloadFormatIndicator: [0x01, 'byte', MESSAGE],
  messageExpiryInterval: [0x02, 'uint32', MESSAGE],
  contentType: [0x03, 'string', MESSAGE],
  responseTopic: [0x08, 'string', MESSAGE],
  correlationData: [0x09, 'binary', MESSAGE],
  subscriptionIdentifier: [0x0b, 'varint', ['publish', 'subscribe']],
  sessionExpiryInterval: [0x11, 'uint32', ['connect', 'connack', 'disconnect']],
  assignedClientIdentifier: [0x12, 'string', ['connack']],
  serverKeepAlive: [0x13, 'uint16', ['connack']],
  authenticationMethod: [0x15, 'string', ENHANCED],
  authenticationData: [0x16, 'binary', ENHANCED],
  requestProblemInformation: [0x17, 'byte', ['connect']],
  willDelayInterval: [0x18, 'uint32', ['will']],
  requestResponseInformation: [0x19, 'byte', ['connect']],
  responseInformation: [0x1a, 'string', ['connack']],
  serverReference: [0x1c, 'string', ['connack', 'disconnect']],
  reasonString: [0x1f, 'string', ['connack', ...ANSWERS, 'disconnect', 'auth']],
  receiveMaximum: [0x21, 'uint16', ['connect', 'connack']],
  topicAliasMaximum: [0x22, 'uint16', ['connect', 'connack']],
  topicAlias: [0x23, 'uint16', ['publish']],
  maximumQos: [0x24, 'byte', ['connack']],
  retainAvailable: [0x25, 'byte', ['connack']],
  userProperty: [0x26, 'pairs', [...MESSAGE, ...ENHANCED, ...ANSWERS, 'subscribe', 'unsubscribe', 'disconnect']],
  maximumPacketSize: [0x27, 'uint32', ['connect', 'connack']],
  wildcardSubscriptionAvailable: [0x28, 'byte', ['connack']],
  subscriptionIdentifierAvailable: [0x29, 'byte', ['connack']],
  sharedSubscriptionAvailable: [0x2a, 'byte', ['connack']],
} as const satisfies Record<string, readonly [number, PropertyKind, readonly PropertyHolder[]]>

/** Names of the properties of MQTT 5. */
export type PropertyName = keyof typeof PROPERTIES

type ValueOf<K extends PropertyKind> = K extends 'string' ? string : K extends 'binary' ? Uint8Array : number

/** In the order in which they came. A value that must stand once is a list when it stands more often. */
export type Properties = {
  readonly [N in Exclude<PropertyName, 'userProperty' | 'subscriptionIdentifier'>]?:
    | ValueOf<(typeof PROPERTIES)[N][1]>
    | readonly ValueOf<(typeof PROPERTIES)[N][1]>[]
} & {
  /** Always a list: a PUBLISH has one for each subscription that it is for. */
  readonly subscriptionIdentifier?: readonly number[]
  /** Pairs of name and value, in their order, repeats kept. */
  readonly userProperty?: readonly UserProperty[]
}

/** A user property of MQTT 5. */
export type UserProperty = readonly [name: string, value: string]

/** Most packets have none. */
export const NO_PROPERTIES: Properties = Object.freeze({})

/** Of a property, or of the first where it stands more than once. */
export function onlyValue<T extends number | string | Uint8Array>(value: T | readonly T[] | undefined): T | undefined {
  return Array.isArray(value) ? (value[0] as T) : (value as T | undefined)
}

interface Known {
  readonly name: PropertyName
  readonly kind: PropertyKind
  /** For messages: `the session expiry interval`. */
  readonly words: string
}

/** Index = the identifier. */
const BY_ID: readonly (Known | undefined)[] = (() => {
  const all: (Known | undefined)[] = new Array(0x80).fill(undefined)
  for (const [name, [id, kind]] of Object.entries(PROPERTIES) as [PropertyName, [number, PropertyKind, unknown]][])
    all[id] = { name, kind, words: name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`) }
  return all
})()

/** Their length, and as many bytes of them [MQTT 5.0, 2.2.2]. Throws Broken. */
export function readProperties(fields: FieldReader): Properties {
  fields.begin()
  if (fields.left === 0) throw new Broken('the packet ends before the length of its properties [MQTT-2.2.2-1]')
  const length = fields.varint('length of the properties')
  if (length === 0) return NO_PROPERTIES
  const found: Record<string, unknown> = {}
  fields.enter(length, 'properties')
  while (fields.left > 0) {
    const id = fields.varint('property identifier')
    const known = BY_ID[id]
    if (known === undefined) throw new Broken(`unknown property ${id} [MQTT 5.0, 2.2.2.2]`)
    const { name, kind, words } = known
    const value = read(kind, words, fields)
    const before = found[name]
    if (kind === 'pairs' || kind === 'varint') {
      if (before === undefined) found[name] = [value]
      else (before as unknown[]).push(value)
    } else if (before === undefined) found[name] = value
    else found[name] = Array.isArray(before) ? [...before, value] : [before, value]
  }
  fields.leave()
  return found as Properties
}

function read(kind: PropertyKind, words: string, fields: FieldReader): unknown {
  switch (kind) {
    case 'byte':
      return fields.byte(words)
    case 'uint16':
      return fields.uint16(words)
    case 'uint32':
      return fields.uint32(words)
    case 'varint':
      return fields.varint(words)
    case 'string':
      return fields.text(words)
    case 'binary':
      return fields.binary(words)
    case 'pairs':
      return [fields.text('name of a user property', PAIR), fields.text('value of a user property', PAIR)]
  }
}

/** Both texts of a pair are under the rules for texts [MQTT-1.5.7-1]. */
const PAIR = 'MQTT-1.5.7-1'
