// The naive twin's rules of what the other side allows, for both sides.

import type { Packet, Properties } from '../../../../emulators/index.ts'
import { idOf } from '../../naive-words.testing.ts'
import { isError, propertiesOf, type Seen5, type Side, topicOf, value } from './words.testing.ts'

interface Limits {
  readonly messages: number
  readonly bytes: number
  readonly aliases: number
  readonly qos: number
  readonly retain: boolean
}

export const limitsSaid = (said: Properties = {}): Limits => ({
  messages: value(said.receiveMaximum) || 65_535,
  bytes: value(said.maximumPacketSize) || Number.POSITIVE_INFINITY,
  aliases: value(said.topicAliasMaximum) ?? 0,
  qos: value(said.maximumQos) ?? 2,
  retain: value(said.retainAvailable) !== 0,
})

export const methodOf = (packet: Packet): string | undefined => value(propertiesOf(packet).authenticationMethod)

/** @param mine what passed on this connection before; @param limits null: not said yet */
export function ofSender(now: Seen5, mine: readonly Seen5[], limits: Limits | null, side: Side): string[] {
  const { packet, bytes } = now
  const isClient = side === 'client'
  const found: string[] = []
  if (limits !== null && bytes > limits.bytes) found.push(isClient ? '3.2.2-15' : '3.1.2-24')
  if (packet.type !== 'publish') return found
  const alias = value(packet.properties?.topicAlias)
  if (alias !== undefined && alias > 0) {
    if (limits !== null && alias > limits.aliases) {
      if (limits.aliases === 0) found.push(isClient ? '3.2.2-18' : '3.1.2-27')
      else found.push(isClient ? '3.2.2-17' : '3.1.2-26')
    }
    if (topicOf(packet, mine) === null) found.push('3.3.2-7')
  }
  if (limits === null) return found
  if (isClient && packet.qos > limits.qos) found.push('3.2.2-11')
  if (isClient && packet.retain && !limits.retain) found.push('3.2.2-14')
  if (packet.packetId !== undefined && underWay([...mine, now]).size > limits.messages)
    found.push(isClient ? '3.3.4-7' : '3.3.4-9')
  return found
}

/** Ids of messages that were sent on a connection and not acknowledged there. */
function underWay(mine: readonly Seen5[]): Set<number> {
  const ids = new Set<number>()
  for (const { packet, way } of mine) {
    const id = idOf(packet)
    if (id === undefined) continue
    if (way === 'sent' && packet.type === 'publish') ids.add(id)
    const isDone =
      packet.type === 'puback' || packet.type === 'pubcomp' || (packet.type === 'pubrec' && isError(packet))
    if (way === 'received' && isDone) ids.delete(id)
  }
  return ids
}
