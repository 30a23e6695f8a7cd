// The statements that bind a client, as far as its own packets show them.

import type { Connect, Instant, Packet } from '../../emulators/index.ts'
import type { Report } from './finding.ts'
import { nothingPending, type Pending } from './pending.ts'
import { type FlowConnection, isAsked } from './publish-flow.ts'
import { Requests } from './requests.ts'
import type { MqttSession } from './session.ts'

/** What timers and the network may add to a ping that was meant to be in time, in ms. */
const KEEP_ALIVE_TOLERANCE_MS = 100

/** One connection at the device's end of its link. */
export interface ClientConnection extends FlowConnection {
  readonly device: string
  readonly clean: boolean
  readonly requests: Requests
  readonly pending: Pending
  readonly session: MqttSession
  readonly keepaliveSeconds: number
  /** It has sent DISCONNECT, or nobody is there any more: no power, a program that has ended. */
  over: 'disconnected' | 'gone' | null
  /** When it last had sent a packet. */
  lastSent: Instant
}

export const clientConnection = (
  device: string,
  name: string,
  { clean, keepalive }: Connect,
  session: MqttSession,
  at: Instant,
): ClientConnection => ({
  device,
  name,
  clean,
  requests: new Requests(),
  pending: nothingPending(),
  session,
  keepaliveSeconds: keepalive,
  over: null,
  lastSent: at,
})

/** `begunAt`: when its first byte came; `lag` bounds how much earlier that may have been, ms. */
export function clientSends(
  packet: Packet,
  {
    at,
    begunAt = at,
    lag = 0,
  }: { readonly at: Instant; readonly begunAt?: Instant | undefined; readonly lag?: number | undefined },
  c: ClientConnection,
  report: Report,
): void {
  if (c.over === 'disconnected') report('MQTT-3.14.4-2', `${packet.type.toUpperCase()} after DISCONNECT`)
  keepsAlive(begunAt, lag, c, report)
  c.lastSent = at
  switch (packet.type) {
    case 'connect':
      return report('MQTT-3.1.0-2', 'a second CONNECT on one connection')
    case 'publish':
      if (packet.packetId !== undefined && c.requests.uses(packet.packetId))
        report('MQTT-2.3.1-2', `packet id ${packet.packetId} is that of a request without an answer yet`)
      return c.session.flow.sendsPublish(packet, c, c.session.isWhole)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return c.session.flow.sendsAck(packet, c, c.session.isWhole)
    case 'subscribe':
    case 'unsubscribe':
      if (c.requests.uses(packet.packetId) || c.session.flow.uses(packet.packetId))
        report('MQTT-2.3.1-2', `packet id ${packet.packetId} is still in use`)
      return c.requests.asked(packet)
    case 'pingreq':
      return c.requests.asked({ type: 'pingreq' })
    case 'disconnect':
      c.over ??= 'disconnected'
      return
    case 'connack':
    case 'suback':
    case 'unsuback':
    case 'pingresp':
      report('MQTT-4.8.0-1', `a client sends ${packet.type.toUpperCase()}`)
  }
}

/** Also when the connection ends, or its device does: silence until then counts. */
export function keepsAlive(at: Instant, lag: number, c: ClientConnection, report: Report): void {
  const allowed = c.keepaliveSeconds * 1000
  const gap = at - lag - c.lastSent
  if (allowed === 0 || c.over !== null || gap <= allowed + KEEP_ALIVE_TOLERANCE_MS) return
  report('MQTT-3.1.2-23', `nothing was sent for ${Math.round(gap)}ms, with a keep alive of ${c.keepaliveSeconds}s`)
}

export function clientReceives(packet: Packet, c: ClientConnection): void {
  const ignore: Report = () => {}
  switch (packet.type) {
    case 'connack':
      if (packet.returnCode === 0 && !packet.sessionPresent && !c.clean) c.session.flow.doubt(c.name)
      return
    case 'publish':
      isAsked(packet, c.pending)
      return c.session.flow.receivesPublish(packet)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      isAsked(packet, c.pending)
      return c.session.flow.receivesAck(packet)
    case 'suback':
      return void c.requests.granted(packet, ignore)
    case 'unsuback':
      return c.requests.unsubscribed(packet.packetId, ignore)
    case 'pingresp':
      return c.requests.ponged(ignore)
  }
}
