// What outlives a connection: one session of one client id, as one party may remember it.

import type { Party, Report } from './finding.ts'
import { PublishFlow } from './publish-flow.ts'
import { Subscriptions } from './subscriptions.ts'

/** How much of a session the record has seen: all of it on one connection, its beginning, or neither. */
type Seen = 'whole' | 'from its start' | 'in part'

export class MqttSession {
  readonly subscriptions = new Subscriptions()
  readonly flow: PublishFlow
  /** Clean session was set: it ends with its connection. */
  readonly clean: boolean
  #seen: Seen

  constructor(party: Party, clean: boolean, seen: Seen, report: Report) {
    this.clean = clean
    this.#seen = seen
    this.flow = new PublishFlow(party, report)
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
  }
}
