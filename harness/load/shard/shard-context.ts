// What the parts of one shard's crew look at together, in one run: the clock, the meter, the numbers of devices.

import type { Meter } from './meter.ts'
import type { Numbering } from './numbering.ts'

export interface ShardContext {
  readonly meter: Meter
  readonly numbering: Numbering
  /** From 0: a shard whose worker died is begun again, and its messages are told from those of the time before. */
  readonly attempt: number
  /** Of this run, in the stamps of its messages; 32 bits. */
  readonly key: number
  /** The start of the run on the fleet's clock, ms: reports count from there. */
  epoch: number
}
