// Who may connect, and who may publish what.

import type { Connect } from '../mqtt/packet.ts'
import { matches } from '../mqtt/topic.ts'
import * as codes from './codes.ts'
import type { Message } from './message.ts'
import type { Peer } from './peer.ts'
import type { BrokerSettings } from './settings.ts'

/** The reason code of CONNACK; null: it is not answered. */
export function admits(connect: Connect, _: Peer, settings: BrokerSettings): number | null {
  const { protocolName, protocolLevel, clientId, clean, will, username, password } = connect
  const { policy, authentication, redirect } = settings
  if (protocolName !== 'MQTT' && protocolName !== 'MQIsdp') return null
  if (protocolName !== 'MQTT' || (protocolLevel !== 4 && protocolLevel !== 5)) return codes.UNSUPPORTED_VERSION
  if (protocolLevel === 4 && clientId === '' && !clean) return codes.BAD_CLIENT_ID
  if (redirect !== null) return redirect.how === 'use' ? codes.USE_ANOTHER_SERVER : codes.SERVER_MOVED
  if (policy.denyClientIds.includes(clientId)) return codes.BAD_CLIENT_ID
  const method = connect.properties?.authenticationMethod
  if (method !== undefined && method !== authentication?.method) return codes.BAD_AUTHENTICATION_METHOD
  if (policy.users !== null && method === undefined && !knows(policy.users, username, password))
    return codes.BAD_CREDENTIALS
  if (will !== undefined && will.qos > settings.maximumQos) return codes.QOS_NOT_SUPPORTED
  if (will?.retain === true && !settings.retainAvailable) return codes.RETAIN_NOT_SUPPORTED
  return codes.SUCCESS
}

function knows(users: Readonly<Record<string, string>>, name?: string, password?: Uint8Array): boolean {
  if (name === undefined || password === undefined || !Object.hasOwn(users, name)) return false
  return Buffer.from(password).equals(Buffer.from(users[name]!))
}

/** The reason code for a message. */
export function mayPublish({ topic }: Message, { policy }: BrokerSettings): number {
  return policy.denyPublish.some((filter) => matches(filter, topic)) ? codes.NOT_AUTHORIZED : codes.SUCCESS
}
