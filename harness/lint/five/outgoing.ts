// What one side sends on one connection, held against what the other side allows: quota, size, aliases.

import { FIRST_ERROR, onlyValue, type Packet, type Publish } from '../../../emulators/index.ts'
import type { Party, Report } from '../finding.ts'
import { UMBRELLA } from '../statements.ts'
import { Aliases } from './aliases.ts'
import type { Limits } from './limits.ts'

interface Names {
  readonly quota: string
  readonly size: string
  readonly noAlias: string
  readonly aliasLimit: string
}

const NAMES: Readonly<Record<Party, Names>> = {
  client: { quota: 'MQTT-3.3.4-7', size: 'MQTT-3.2.2-15', noAlias: 'MQTT-3.2.2-18', aliasLimit: 'MQTT-3.2.2-17' },
  server: { quota: 'MQTT-3.3.4-9', size: 'MQTT-3.1.2-24', noAlias: 'MQTT-3.1.2-27', aliasLimit: 'MQTT-3.1.2-26' },
}

export class Outgoing {
  readonly #names: Names
  readonly #party: Party
  readonly #report: Report
  /** Ids above QoS 0 that count against the receive maximum: sent here, and not acknowledged here. */
  readonly #inFlight = new Set<number>()
  readonly #aliases = new Aliases()

  constructor(party: Party, report: Report) {
    this.#party = party
    this.#names = NAMES[party]
    this.#report = report
  }

  /**
   * @param limits null: the other side has not said them yet
   * @param bytes of the whole packet
   */
  sends(packet: Packet, bytes: number, limits: Limits | null): void {
    if (limits !== null && bytes > limits.maximumPacketSize)
      this.#report(
        this.#names.size,
        `${packet.type.toUpperCase()} of ${bytes} bytes, where at most ${limits.maximumPacketSize} are taken`,
      )
    if (packet.type === 'publish') this.#publishes(packet, limits)
  }

  /** The topic that the packet is for, also by its alias; null: its alias means none. */
  topicOf(packet: Publish): string | null {
    return this.#aliases.topicOf(packet)
  }

  #publishes(packet: Publish, limits: Limits | null): void {
    const { qos, retain, packetId: id } = packet
    const alias = onlyValue(packet.properties?.topicAlias)
    if (alias !== undefined && alias > 0) this.#uses(alias, packet, limits)
    if (limits === null) return void (id !== undefined && this.#inFlight.add(id))
    if (this.#party === 'client' && qos > limits.maximumQos)
      this.#report('MQTT-3.2.2-11', `QoS ${qos}, where the server has at most ${limits.maximumQos}`)
    if (this.#party === 'client' && retain && !limits.retainAvailable)
      this.#report('MQTT-3.2.2-14', 'RETAIN is set, and the server has no retained messages')
    if (id === undefined) return
    this.#inFlight.add(id)
    if (this.#inFlight.size > limits.receiveMaximum)
      this.#report(
        this.#names.quota,
        `${this.#inFlight.size} messages are not acknowledged, where at most ${limits.receiveMaximum} may be`,
      )
  }

  #uses(alias: number, packet: Publish, limits: Limits | null): void {
    if (limits !== null && alias > limits.topicAliasMaximum)
      this.#report(
        limits.topicAliasMaximum === 0 ? this.#names.noAlias : this.#names.aliasLimit,
        `topic alias ${alias}, where ${limits.topicAliasMaximum === 0 ? 'none is' : `at most ${limits.topicAliasMaximum} is`} taken`,
      )
    if (this.#aliases.topicOf(packet) === null)
      this.#report('MQTT-3.3.2-7', `topic alias ${alias} has no topic on this connection`)
  }

  /** An acknowledgement came. */
  receives(packet: Packet): void {
    switch (packet.type) {
      case 'puback':
      case 'pubcomp':
        return void this.#inFlight.delete(packet.packetId)
      case 'pubrec':
        if ((packet.reasonCode ?? 0) >= FIRST_ERROR) this.#inFlight.delete(packet.packetId)
    }
  }
}

/** What is wrong in a way that no statement of its own is about. */
export const PROTOCOL_ERROR = UMBRELLA[5]
