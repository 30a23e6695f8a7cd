// What MQTT asks of the WebSocket that carries it (section 6), as far as one handshake or one frame shows it. That a
// receiver ends the connection at a frame which is not binary, and does not look at where frames end, takes a scenario.

import type { FrameEvent, UpgradeEvent } from '../evidence/index.ts'
import type { Report } from './finding.ts'

const MQTT = 'mqtt'
const SWITCHING = 101

/** Connections whose request has offered it: to no other can a server answer with it. */
export type Offers = Set<string>

export function upgrades(event: UpgradeEvent, offers: Offers, byDevice: Report, byBroker: Report): void {
  const { direction, subprotocols, status, device, connection } = event
  const name = `${device} ${connection}`
  const named = subprotocols.length === 0 ? 'no subprotocol' : subprotocols.join(', ')
  if (direction === 'up') {
    if (subprotocols.includes(MQTT)) offers.add(name)
    else byDevice('MQTT-6.0.0-3', `the upgrade request offers ${named}, not mqtt`)
  } else if (status === SWITCHING && offers.has(name) && !(subprotocols.length === 1 && subprotocols[0] === MQTT))
    byBroker('MQTT-6.0.0-4', `the answer to the upgrade names ${named}, not mqtt`)
}

export function frames({ opcode, by }: FrameEvent, report: Report): void {
  if (by !== 'link' && (opcode === 'text' || opcode === 'reserved'))
    report('MQTT-6.0.0-1', `a ${opcode} frame, not a binary one`)
}
