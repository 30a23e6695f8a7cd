// The statements that bind a server, as far as its own packets to one client show them.

import type { Connack, Packet } from '../../emulators/index.ts'
import type { Report } from './finding.ts'
import type { Requests } from './requests.ts'
import type { MqttSession } from './session.ts'

export interface ServerConnection {
  readonly name: string
  readonly requests: Requests
  session: MqttSession
  readonly clean: boolean
  /** undefined: it has not come yet. */
  connack: Connack | undefined
}

export function serverSends(packet: Packet, c: ServerConnection, report: Report): void {
  const { connack } = c
  if (packet.type === 'connack') return acknowledges(packet, c, report)
  if (connack === undefined && packet.type !== 'malformed')
    report('MQTT-3.2.0-1', `${packet.type.toUpperCase()} before CONNACK`)
  if (connack !== undefined && connack.returnCode !== 0)
    report('MQTT-3.2.2-5', `${packet.type.toUpperCase()} after CONNACK with code ${connack.returnCode}`)
  switch (packet.type) {
    case 'publish':
      if (c.session.isKnown) c.session.subscriptions.delivers(packet, report)
      return c.session.server.sendsPublish(packet, c.name, c.session.isWhole)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return c.session.server.sendsAck(packet, c.session.isWhole)
    case 'suback':
      return void c.requests.granted(packet, report)
    case 'unsuback':
      return c.requests.unsubscribed(packet.packetId, report)
    case 'pingresp':
      return c.requests.ponged(report)
    case 'connect':
    case 'subscribe':
    case 'unsubscribe':
    case 'pingreq':
    case 'disconnect':
      report('MQTT-4.8.0-1', `a server sends ${packet.type.toUpperCase()}`)
  }
}

function acknowledges(connack: Connack, c: ServerConnection, report: Report): void {
  if (c.connack !== undefined) report('MQTT-3.2.0-1', 'a second CONNACK')
  else if (connack.returnCode !== 0 && connack.sessionPresent)
    report('MQTT-3.2.2-4', `session present in CONNACK with code ${connack.returnCode}`)
  else if (c.clean && connack.sessionPresent) report('MQTT-3.2.2-1', 'session present after CONNECT with clean session')
  c.connack ??= connack
}

export function serverReceives(packet: Packet, c: ServerConnection): void {
  switch (packet.type) {
    case 'publish':
      return c.session.server.receivesPublish(packet)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return c.session.server.receivesAck(packet)
    case 'subscribe':
      c.session.subscriptions.asks(packet)
      return c.requests.asked(packet)
    case 'unsubscribe':
      return c.requests.asked(packet)
    case 'pingreq':
      return c.requests.asked({ type: 'pingreq' })
  }
}
