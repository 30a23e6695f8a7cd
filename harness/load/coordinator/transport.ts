// Where shards run: here, in child processes, or elsewhere, behind a queue. The coordinator does not care.

import type { FromShard, ShardJob, ToShard } from './protocol.ts'

export interface ShardState {
  /** Host and process, for people. */
  where: string
  /** How often its job was begun. */
  attempts: number
  /** ms between its clock and the one that the run goes by. */
  clockOffset: number
  /** It has ended without a result, and is not tried again. */
  lost: string | null
}

export interface Transport extends AsyncDisposable {
  /** Of each shard, by number. */
  readonly states: readonly ShardState[]
  /** Resolves when every shard is ready. Rejects with a Problem. */
  open(jobs: readonly ShardJob[], hear: (shard: number, message: FromShard) => void): Promise<void>
  /** All shards begin together, soon; resolves to that moment, on this machine's clock (`monotonic`, ms). */
  start(): Promise<number>
  /** To every shard. */
  send(message: Exclude<ToShard, { kind: 'start' }>): void
  /** Rejects when a shard is lost and the run cannot do without it. */
  readonly failed: Promise<never>
}
