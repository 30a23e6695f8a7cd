// What a shard must know of its part of a fleet before it can begin.

import type { Clock, Options } from '../../../emulators/index.ts'
import type { FleetPlan } from '../../plan/index.ts'
import type { ShardJob } from '../coordinator/protocol.ts'
import type { BrokerEndpoint } from './broker-endpoint.ts'

export interface CrewSettings {
  readonly plan: FleetPlan
  readonly seed: number
  readonly brokers: readonly BrokerEndpoint[]
  /** By the library's names; for all devices. */
  readonly credentials: Options
  readonly tls: ShardJob['tls']
  readonly shard: number
  readonly shards: number
  readonly window: number
  /** From 0: a shard whose worker died is begun again, and its messages are told from those of the time before. */
  readonly attempt: number
  readonly key: number
  /** Local addresses that connections come from; empty: the kernel chooses. */
  readonly addresses: readonly string[]
  /** A few devices reach the broker by a way of their own (through a link). */
  readonly detours: Readonly<Record<number, BrokerEndpoint>>
  /** Absent: real time. */
  readonly clock?: Clock | undefined
  readonly onBug: (error: unknown) => void
}
