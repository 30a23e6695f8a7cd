// A part of the fleet, run by messages: in a process of its own (main.ts) or in a worker of a queue.

import { type Clock, Problem } from '../../../emulators/index.ts'
import type { FleetPlan } from '../../plan/index.ts'
import type { FromShard, Progress, ShardJob, ToShard } from '../coordinator/protocol.ts'
import { ShardRunner } from './shard-runner.ts'
import { warmUp } from './warm-up.ts'

/** How often it tells how it stands; ms. */
const EVERY = 200
/** Every so many times with histograms. */
const SECOND = 5

export class Shard {
  readonly #crew: ShardRunner
  readonly #send: (message: FromShard) => void
  readonly #isVirtual: boolean
  #timer: NodeJS.Timeout | null = null
  #beats = 0

  /** `clock`: absent, real time. In virtual time nothing has to be warm, and what the process uses is not the fleet's alone. */
  constructor(job: ShardJob, plan: FleetPlan, send: (message: FromShard) => void, clock?: Clock) {
    this.#send = send
    this.#isVirtual = clock !== undefined
    this.#crew = new ShardRunner({
      ...job,
      plan,
      clock,
      onBug: (error) => this.#bug(error),
    })
    const ready = (): void => send({ kind: 'ready', devices: this.#crew.size })
    if (clock === undefined) void warmUp(plan, job.seed).then(ready)
    else ready()
  }

  handle(message: ToShard): void {
    switch (message.kind) {
      case 'start':
        this.#crew.start(message.epoch, message.from)
        this.#timer = setInterval(() => this.#tell(), EVERY)
        return
      case 'phase':
        this.#crew.phase(message.name, message.at)
        return
      case 'order':
        this.#crew.order(message.order)
        this.#send({ kind: 'done', number: message.number })
        return
      case 'tell':
        this.#send(this.#progress(false))
        return
      case 'quiet':
        this.#crew.quiet()
        return
      case 'finish':
        this.#crew.end()
        this.#tell()
        this.#finish()
    }
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#crew.close()
  }

  #tell(): void {
    this.#send(this.#progress(this.#beats++ % SECOND === 0))
  }

  /** `whole`: with the times of the last second. */
  #progress(whole: boolean): Progress {
    return {
      kind: 'progress',
      ...this.#crew.status(),
      ...(whole ? { interval: this.#crew.meter.takeInterval(), errors: this.#crew.meter.errors() } : {}),
      ...this.#usage(),
    }
  }

  #finish(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    const meter = this.#crew.meter.report()
    this.#send({
      kind: 'result',
      meter,
      books: this.#crew.books(),
      residue: this.#crew.residue(),
      devices: this.#crew.size,
      ...this.#usage(),
    })
  }

  #usage(): { readonly cpu: number; readonly memory: number } {
    return this.#isVirtual ? { cpu: 0, memory: 0 } : usage()
  }

  #bug(error: unknown): void {
    if (error instanceof Problem)
      this.#send({ kind: 'trouble', code: error.code, message: error.message, hint: error.hint })
    else {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.#send({ kind: 'trouble', code: 'internal/bug', message: stack.split('\n')[0]!, bug: stack })
    }
  }
}

function usage(): { readonly cpu: number; readonly memory: number } {
  const { user, system } = process.cpuUsage()
  return { cpu: (user + system) / 1e6, memory: process.memoryUsage.rss() }
}
