// What one connection asks of a party. It does not outlive the connection, and what is still on its way in an old one
// does not mix with that of a new one.

export interface Pending {
  /** Ids of QoS 1 that want an acknowledgement, in the order in which they came. */
  readonly qos1: number[]
  /** Ids of QoS 2 that want PUBREC. */
  readonly qos2: number[]
  /** Ids for which PUBREC came and PUBREL has not gone, in the order of the PUBRECs. */
  readonly recs: number[]
  /** What was sent again here, and first on another connection: ids, and the place of the latest. */
  readonly again: Set<number>
  lastAgain: number
}

export const nothingPending = (): Pending => ({ qos1: [], qos2: [], recs: [], again: new Set(), lastAgain: -1 })
