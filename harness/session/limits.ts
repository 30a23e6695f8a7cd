// How much a run may hold of what devices and brokers send. Past a limit it ends, and is inconclusive: what was not
// looked at can be claimed neither way.

import { DEFAULT_RECORD_LIMITS, type RecordLimits } from '../evidence/index.ts'
import { DEFAULT_LINK_LIMITS, type FlowLimits } from '../link/index.ts'

export interface Limits extends FlowLimits, RecordLimits {}

/** Bytes, as the names of `limits` in the config. */
export const limitsOf = (given: { readonly [K in keyof Limits]?: Limits[K] | undefined } = {}): Limits => ({
  packet: given.packet ?? DEFAULT_LINK_LIMITS.packet,
  held: given.held ?? DEFAULT_LINK_LIMITS.held,
  record: given.record ?? DEFAULT_RECORD_LIMITS.record,
  disk: given.disk ?? DEFAULT_RECORD_LIMITS.disk,
})
