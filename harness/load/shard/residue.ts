// What the devices of a shard may have left at the broker: sessions that last, and retained messages.

import type { FleetGroup } from '../../plan/index.ts'
import type { DeviceState } from './device-state.ts'
import type { Left } from './firmware-wire.ts'

export interface FleetResidue {
  /** Client ids. */
  readonly sessions: readonly string[]
  /** Topics. */
  readonly retained: readonly string[]
}

/**
 * `topicsOf`: those that this device has published with retain; `leftBy`: what a device's firmware was seen to leave.
 * Devices with brokers of their own are not looked at.
 */
export function residueOf(
  members: readonly DeviceState[],
  groups: readonly FleetGroup[],
  topicsOf: (member: DeviceState) => readonly string[],
  leftBy: (member: DeviceState) => Left,
): FleetResidue {
  const sessions: string[] = []
  const retained = new Set<string>()
  for (const member of members) {
    const group = groups[member.group]!
    if (!member.connectedOnce || group.brokers.length > 0) continue
    if (group.firmware !== null) {
      const left = leftBy(member)
      sessions.push(...left.sessions)
      for (const topic of left.retained) retained.add(topic)
      continue
    }
    const { clientId, will } = group.member(member.i)
    if (keepsSession(group, member)) sessions.push(clientId)
    for (const topic of topicsOf(member)) retained.add(topic)
    if (will?.retain === true) retained.add(will.topic)
  }
  return { sessions, retained: [...retained] }
}

/** umqtt.robust comes back with clean session false, however it connected at first. In MQTT 5 the expiry decides. */
const keepsSession = ({ clean, client, properties }: FleetGroup, { turns }: DeviceState): boolean =>
  clean === false ||
  Number(properties?.sessionExpiryInterval ?? 0) > 0 ||
  (client.name === 'umqtt.robust' && turns.length > 2)
