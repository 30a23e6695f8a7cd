// The order of enhanced authentication [MQTT 5.0, 4.12]: who may send AUTH, when, with which code and method.

import { onlyValue, type Packet } from '../../../emulators/index.ts'
import type { Report } from '../finding.ts'

const CONTINUE = 0x18
const AGAIN = 0x19

/** Of one connection, at one of its ends. */
export class AuthOrder {
  /** What CONNECT named; null: none. */
  readonly #method: string | null
  #accepted = false
  /** The server has asked, and the client has not answered. */
  #asked = false

  constructor(connect: Packet & { readonly type: 'connect' }) {
    this.#method = onlyValue(connect.properties?.authenticationMethod) ?? null
  }

  clientSends(packet: Packet, report: Report): void {
    if (packet.type !== 'auth') {
      if (this.#method !== null && !this.#accepted && packet.type !== 'disconnect' && packet.type !== 'malformed')
        report('MQTT-3.1.2-30', `${packet.type.toUpperCase()} before CONNACK, with an authentication method in CONNECT`)
      return
    }
    if (this.#method === null) return report('MQTT-4.12.0-7', 'AUTH without an authentication method in CONNECT')
    this.#sameMethod(packet, this.#accepted && packet.reasonCode === AGAIN ? 'MQTT-4.12.1-1' : 'MQTT-4.12.0-5', report)
    if (this.#asked && packet.reasonCode !== CONTINUE)
      report('MQTT-4.12.0-3', `AUTH with reason code ${packet.reasonCode} answers the server, where 24 is due`)
    this.#asked = false
  }

  serverSends(packet: Packet, report: Report): void {
    if (packet.type === 'connack') {
      this.#accepted = packet.returnCode === 0
      if (packet.properties?.authenticationMethod === undefined) {
        if (this.#method !== null && packet.returnCode === 0)
          report('MQTT-4.12.0-5', 'CONNACK names no authentication method, and CONNECT does')
        return
      }
      if (this.#method === null)
        return report('MQTT-4.12.0-6', 'CONNACK names an authentication method, and CONNECT none')
      return this.#sameMethod(packet, 'MQTT-4.12.0-5', report)
    }
    if (packet.type !== 'auth') return
    if (this.#method === null) return report('MQTT-4.12.0-6', 'AUTH to a client that named no authentication method')
    this.#sameMethod(packet, 'MQTT-4.12.0-5', report)
    if (!this.#accepted && packet.reasonCode !== CONTINUE)
      report('MQTT-4.12.0-2', `AUTH with reason code ${packet.reasonCode} before CONNACK, where 24 is due`)
    this.#asked = packet.reasonCode === CONTINUE
  }

  /** For an end that only looks on: what the other sent has come here. */
  serverSent(packet: Packet): void {
    this.serverSends(packet, () => {})
  }

  clientSent(packet: Packet): void {
    this.clientSends(packet, () => {})
  }

  #sameMethod(packet: Packet & { readonly type: 'auth' | 'connack' }, statement: string, report: Report): void {
    const method = onlyValue(packet.properties?.authenticationMethod)
    if (method !== this.#method)
      report(
        statement,
        `${packet.type.toUpperCase()} has ${method === undefined ? 'no authentication method' : 'another authentication method'}`,
      )
  }
}
