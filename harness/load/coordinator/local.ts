// Shards as child processes of this one, one for each core. They are sent away with their parent.

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { monotonic, Problem } from '../../../emulators/index.ts'
import { atExit } from '../../child/index.ts'
import { forkShard } from './fork.ts'
import type { FromShard, ShardJob, ToShard } from './protocol.ts'
import type { ShardState, Transport } from './transport.ts'

/** From the word to start until it starts; ms. */
const LEAD = 100
/** How long a shard may take to end by itself. */
const SHUTDOWN_LIMIT_MS = 1000

export class LocalShards implements Transport {
  readonly states: ShardState[] = []
  readonly #children: ChildProcess[] = []
  readonly failed: Promise<never>
  #fail: (error: unknown) => void = () => {}
  #leaving = false
  readonly #calledOff: () => void

  constructor() {
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
    this.#calledOff = atExit(this.#killAll)
  }

  async open(jobs: readonly ShardJob[], hear: (shard: number, message: FromShard) => void): Promise<void> {
    await Promise.race([Promise.all(jobs.map((job) => this.#open(job, hear))), this.failed])
  }

  async start(): Promise<number> {
    const epoch = monotonic() + LEAD
    this.#tell({ kind: 'start', epoch, from: 0 })
    return epoch
  }

  send(message: Exclude<ToShard, { kind: 'start' }>): void {
    this.#tell(message)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leaving = true
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const exit = once(child, 'exit')
        if (child.connected) child.disconnect()
        const late = setTimeout(() => child.kill('SIGKILL'), SHUTDOWN_LIMIT_MS)
        await exit
        clearTimeout(late)
      }),
    )
    this.#calledOff()
  }

  #open(job: ShardJob, hear: (shard: number, message: FromShard) => void): Promise<void> {
    const { shard } = job
    const child = forkShard(job, (message) => hear(shard, message))
    this.#children.push(child.process)
    this.states.push({ where: `pid ${child.process.pid}`, attempts: 1, clockOffset: 0, lost: null })
    void child.ended.then((how) => {
      if (this.#leaving) return
      this.states[shard]!.lost = `it ended ${how}`
      const hint = 'possibly out of memory (see dmesg)'
      this.#fail(new Problem('run/shard-lost', `shard ${shard + 1} of ${job.shards} ended ${how}`, { hint }))
    })
    child.ready.catch((error) => this.#fail(error))
    child.trouble.catch((error) => this.#fail(error))
    return child.ready
  }

  #tell(message: ToShard): void {
    for (const child of this.#children) if (child.connected) child.send(message)
  }

  readonly #killAll = (): void => {
    for (const child of this.#children) child.kill('SIGKILL')
  }
}
