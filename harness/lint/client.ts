// The statements that bind a client, as far as its own packets show them.

import type { Instant, Packet } from '../../emulators/index.ts'
import type { Report } from './finding.ts'
import type { Requests } from './requests.ts'
import type { MqttSession } from './session.ts'

/** What timers and the network may add to a ping that was meant to be in time, in ms. */
const KEEP_ALIVE_TOLERANCE = 100

export interface ClientConnection {
  readonly name: string
  readonly requests: Requests
  session: MqttSession
  /** Seconds; 0 is none. */
  readonly keepalive: number
  disconnected: boolean
  /** When it last sent a packet. */
  lastSent: Instant
}

export function clientSends(packet: Packet, at: Instant, lag: number, c: ClientConnection, report: Report): void {
  if (c.disconnected) report('MQTT-3.14.4-2', `${packet.type.toUpperCase()} after DISCONNECT`)
  keepsAlive(at, lag, c, report)
  c.lastSent = at
  switch (packet.type) {
    case 'connect':
      return report('MQTT-3.1.0-2', 'a second CONNECT on one connection')
    case 'publish':
      if (packet.packetId !== undefined && c.requests.uses(packet.packetId))
        report('MQTT-2.3.1-2', `packet id ${packet.packetId} is that of a request without an answer yet`)
      return c.session.client.sendsPublish(packet, c.name, c.session.isWhole)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return c.session.client.sendsAck(packet, c.session.isWhole)
    case 'subscribe':
    case 'unsubscribe':
      if (c.requests.uses(packet.packetId) || c.session.client.uses(packet.packetId))
        report('MQTT-2.3.1-2', `packet id ${packet.packetId} is still in use`)
      return c.requests.asked(packet)
    case 'pingreq':
      return c.requests.asked({ type: 'pingreq' })
    case 'disconnect':
      c.disconnected = true
      return
    case 'connack':
    case 'suback':
    case 'unsuback':
    case 'pingresp':
      report('MQTT-4.8.0-1', `a client sends ${packet.type.toUpperCase()}`)
  }
}

/** Also when the connection ends: silence until then counts. */
export function keepsAlive(at: Instant, lag: number, c: ClientConnection, report: Report): void {
  const allowed = c.keepalive * 1000
  const gap = at - lag - c.lastSent
  if (allowed === 0 || c.disconnected || gap <= allowed + KEEP_ALIVE_TOLERANCE) return
  report('MQTT-3.1.2-23', `nothing was sent for ${Math.round(gap)}ms, with a keep alive of ${c.keepalive}s`)
}

export function clientReceives(packet: Packet, c: ClientConnection): void {
  const ignore: Report = () => {}
  switch (packet.type) {
    case 'publish':
      return c.session.client.receivesPublish(packet)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return c.session.client.receivesAck(packet)
    case 'suback':
      return void c.requests.granted(packet, ignore)
    case 'unsuback':
      return c.requests.unsubscribed(packet.packetId, ignore)
    case 'pingresp':
      return c.requests.ponged(ignore)
  }
}
