// What one side of a connection allows the other to send, by its CONNECT or CONNACK [MQTT 5.0, 3.1.2.11, 3.2.2.3].

import { onlyValue, type Properties } from '../../../emulators/index.ts'

export interface Limits {
  /** Messages above QoS 0 that are not acknowledged. */
  readonly receiveMaximum: number
  /** Bytes of a packet, its header included. */
  readonly maximumPacketSize: number
  readonly topicAliasMaximum: number
  readonly maximumQos: number
  readonly retainAvailable: boolean
}

export const limitsOf = (properties: Properties = {}): Limits => ({
  // 0 is a protocol error of whoever says it, and allows nothing less.
  receiveMaximum: onlyValue(properties.receiveMaximum) || 65_535,
  maximumPacketSize: onlyValue(properties.maximumPacketSize) || Number.POSITIVE_INFINITY,
  topicAliasMaximum: onlyValue(properties.topicAliasMaximum) ?? 0,
  maximumQos: onlyValue(properties.maximumQos) ?? 2,
  retainAvailable: onlyValue(properties.retainAvailable) !== 0,
})
