// What outlives a connection: one session of one client id, as either side may remember it.

import type { Report } from './finding.ts'
import { PublishFlow } from './publish-flow.ts'
import { Subscriptions } from './subscriptions.ts'

/** How much of a session the record has seen: all of it on one connection, its beginning, or neither. */
type Seen = 'whole' | 'from its start' | 'in part'

export class MqttSession {
  readonly subscriptions = new Subscriptions()
  readonly client: PublishFlow
  readonly server: PublishFlow
  /** Clean session was set: it ends with its connection. */
  readonly clean: boolean
  #seen: Seen

  constructor(clean: boolean, isNew: boolean, report: Report) {
    this.clean = clean
    this.#seen = isNew ? 'whole' : 'in part'
    this.client = new PublishFlow('client', report)
    this.server = new PublishFlow('server', report)
  }

  /** All that was ever sent in it has been seen. */
  get isWhole(): boolean {
    return this.#seen === 'whole'
  }

  /** Every subscription of it has been seen. */
  get isKnown(): boolean {
    return this.#seen !== 'in part'
  }

  /** It goes on in another connection; what was on its way in the old one may be lost. */
  resume(): void {
    if (this.#seen === 'whole') this.#seen = 'from its start'
    this.client.resume()
    this.server.resume()
  }
}
