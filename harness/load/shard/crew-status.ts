// How the devices of a shard are, told several times a second.

export interface CrewStatus {
  /** ms of the run. */
  readonly at: number
  /** By group: how many are in each state. */
  readonly states: readonly (readonly number[])[]
  readonly totals: readonly number[]
  /** Messages that wait for an acknowledgement. */
  readonly busy: number
  readonly reconnects: readonly number[]
  readonly connecting: { readonly queued: number; readonly inFlight: number }
}
