// SUBSCRIBE, UNSUBSCRIBE and PINGREQ of one connection, and what answers them.

import type { Suback, Subscribe, Unsubscribe } from '../../emulators/index.ts'
import type { Report } from './finding.ts'
import { MQTT311, type Statements } from './statements.ts'

export class Requests {
  readonly #subscribes = new Map<number, Subscribe>()
  readonly #unsubscribes = new Map<number, Unsubscribe>()
  readonly #say: Statements
  #pings = 0

  constructor(statements: Statements = MQTT311) {
    this.#say = statements
  }

  uses(id: number): boolean {
    return this.#subscribes.has(id) || this.#unsubscribes.has(id)
  }

  asked(packet: Subscribe | Unsubscribe | { readonly type: 'pingreq' }): void {
    if (packet.type === 'subscribe') this.#subscribes.set(packet.packetId, packet)
    else if (packet.type === 'unsubscribe') this.#unsubscribes.set(packet.packetId, packet)
    else this.#pings++
  }

  /** The request that it answers; undefined when there is none. */
  granted({ packetId: id, granted }: Suback, report: Report): Subscribe | undefined {
    const request = this.#subscribes.get(id)
    if (request === undefined) report(this.#say.suback, `SUBACK ${id}, and no SUBSCRIBE ${id} waits for one`)
    else if (request.subscriptions.length !== granted.length)
      report(
        this.#say.subackCodes,
        `SUBACK ${id} has ${granted.length} codes for ${request.subscriptions.length} filters`,
      )
    this.#subscribes.delete(id)
    return request
  }

  unsubscribed(id: number, report: Report): void {
    if (!this.#unsubscribes.delete(id))
      report(this.#say.unsuback, `UNSUBACK ${id}, and no UNSUBSCRIBE ${id} waits for one`)
  }

  ponged(report: Report): void {
    if (this.#pings-- <= 0) {
      this.#pings = 0
      report(this.#say.pingresp, 'PINGRESP without a PINGREQ')
    }
  }
}
