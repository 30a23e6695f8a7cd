// The one shard of a fleet in virtual time: in this process, on the run's own clock. What the coordinator and it say to
// each other takes a moment, as it does between processes: how the fleet stood before a step is no news after it.

import { after, type Clock, milliseconds } from '../../../emulators/index.ts'
import type { FleetPlan } from '../../plan/index.ts'
import { Shard } from '../shard/shard.ts'
import { troubleOf } from './fork.ts'
import type { FromShard, ShardJob, ToShard } from './protocol.ts'
import type { ShardState, Transport } from './transport.ts'

/** From the word to start until it starts, as in real time. */
const LEAD = milliseconds(100)
/** A message is on its way; a turn of the event loop in virtual time. */
const ON_ITS_WAY = milliseconds(1 / 8)

export class ShardInProcess implements Transport {
  readonly states: ShardState[] = [{ where: 'this process', attempts: 1, clockOffset: 0, lost: null }]
  readonly failed: Promise<never>
  readonly #plan: FleetPlan
  readonly #clock: Clock
  #fail: (error: unknown) => void = () => {}
  #shard: Shard | null = null

  constructor(plan: FleetPlan, clock: Clock) {
    this.#plan = plan
    this.#clock = clock
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
  }

  async open([job]: readonly ShardJob[], hear: (shard: number, message: FromShard) => void): Promise<void> {
    const heard = (message: FromShard): void => {
      if (message.kind === 'trouble') this.#fail(troubleOf(message))
      hear(0, message)
    }
    this.#shard = new Shard(job!, this.#plan, (message) => this.#soon(() => heard(message)), this.#clock)
  }

  async start(): Promise<number> {
    const epoch = after(this.#clock.now(), LEAD)
    this.#say({ kind: 'start', epoch, from: 0 })
    return epoch
  }

  send(message: Exclude<ToShard, { kind: 'start' }>): void {
    this.#say(message)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const shard = this.#shard
    this.#shard = null
    shard?.close()
  }

  #say(message: ToShard): void {
    this.#soon(() => {
      try {
        this.#shard?.handle(message)
      } catch (error) {
        this.#fail(error)
      }
    })
  }

  #soon(then: () => void): void {
    this.#clock.at(after(this.#clock.now(), ON_ITS_WAY), then)
  }
}
