// Shards as jobs of a queue on Redis (BullMQ), run by `hil worker` on any machine. A worker that dies
// loses its lock on the job, and another begins that shard again; until one does, the shard is lost, and
// that is said. Messages go over channels of the run's own, results are stored until they are fetched.

import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { Queue, QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import { monotonic, Problem } from '../../../emulators/index.ts'
import { troubleOf } from './fork.ts'
import type { FromShard, ShardJob, ShardResult, ToShard } from './protocol.ts'
import {
  type CoordinatorMessage,
  connectRedis,
  fromChannel,
  HERE_EVERY,
  QUEUE,
  type QueuedShard,
  redisClock,
  resultKey,
  toChannel,
  WORKERS,
  type WorkerMessage,
} from './redis.ts'
import type { ShardState, Transport } from './transport.ts'

/** From the word to start until it starts; ms. */
const LEAD = 500
/** How long workers and their shards are waited for; ms. */
const READY_LIMIT = 60_000
/** A shard that says nothing for so long is lost; ms. */
const SILENCE = 4000

export interface QueueSettings {
  readonly url: string
  /** So many workers must be there before the jobs are given out. */
  readonly workers: number
  readonly note: (text: string) => void
}

type Message = Exclude<ToShard, { kind: 'start' }>

export class QueueShards implements Transport {
  readonly states: ShardState[] = []
  readonly failed: Promise<never>
  readonly #settings: QueueSettings
  readonly #run = randomBytes(6).toString('hex')
  readonly #ready = new Map<number, () => void>()
  readonly #attempts: number[] = []
  /** What a shard that is begun again has to be told. */
  readonly #history: Message[] = []
  #redis: Redis | null = null
  #ears: Redis | null = null
  #queue: Queue<QueuedShard> | null = null
  #events: QueueEvents | null = null
  #hear: (shard: number, message: FromShard) => void = () => {}
  #fail: (error: unknown) => void = () => {}
  /** Redis's time at which the run began; null: it has not. */
  #startedAt: number | null = null
  readonly #heardAt: number[] = []
  /** Shards whose results are there. */
  readonly #finished = new Set<number>()
  #watching: NodeJS.Timeout | null = null
  #toMonotonic = 0
  #leaving = false

  constructor(settings: QueueSettings) {
    this.#settings = settings
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
  }

  async open(jobs: readonly ShardJob[], hear: (shard: number, message: FromShard) => void): Promise<void> {
    this.#hear = hear
    const redis = await connectRedis(this.#settings.url)
    this.#redis = redis
    this.#ears = redis.duplicate()
    this.#ears.on('error', () => {})
    await this.#ears.subscribe(fromChannel(this.#run))
    this.#ears.on('message', (_, text) => this.#heard(JSON.parse(text) as WorkerMessage))
    const { Queue, QueueEvents } = await import('bullmq')
    this.#queue = new Queue(QUEUE, { connection: redis })
    this.#events = new QueueEvents(QUEUE, { connection: redis.duplicate() })
    this.#queue.on('error', () => {})
    this.#events.on('error', () => {})
    await this.#events.waitUntilReady()
    this.#events.on('failed', ({ jobId, failedReason }) => this.#gaveUp(jobId, failedReason))
    await this.#workers()
    const ready = jobs.map((_, shard) => new Promise<void>((resolve) => this.#ready.set(shard, resolve)))
    for (const [shard, job] of jobs.entries()) {
      this.states.push({ where: 'no worker yet', attempts: 0, clockOffset: 0, lost: null })
      this.#attempts.push(-1)
      await this.#queue.add(
        'shard',
        { run: this.#run, job },
        { jobId: this.#jobId(shard), attempts: 3, removeOnComplete: true, removeOnFail: true },
      )
    }
    await this.#inTime(Promise.all(ready), () => {
      const missing = jobs.map((_, shard) => shard + 1).filter((k) => this.#ready.has(k - 1))
      return `no worker took shard ${missing.join(', ')} of ${jobs.length}`
    })
  }

  async start(): Promise<number> {
    const { toMonotonic } = await redisClock(this.#redis!)
    this.#toMonotonic = toMonotonic
    const at = monotonic() + toMonotonic + LEAD
    this.#startedAt = at
    for (const shard of this.states.keys()) this.#heardAt[shard] = monotonic() + LEAD
    this.#watching = setInterval(() => this.#watch(), 500)
    this.#tell({ shard: null, message: { kind: 'start', at, from: 0 } })
    return at - toMonotonic
  }

  send(message: Message): void {
    if (message.kind !== 'finish') this.#history.push(message)
    this.#tell({ shard: null, message })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leaving = true
    if (this.#watching !== null) clearInterval(this.#watching)
    if (this.#redis === null) return
    this.#tell({ shard: null, message: { kind: 'abandon' } })
    for (const [shard] of this.states.entries()) {
      const job = await this.#queue?.getJob(this.#jobId(shard)).catch(() => undefined)
      // One that a worker still holds goes when that worker lets go of it.
      await job?.remove().catch(() => {})
      await this.#redis.del(resultKey(this.#run, shard)).catch(() => {})
    }
    await this.#events?.close()
    await this.#queue?.close()
    this.#ears?.disconnect()
    this.#redis.disconnect()
  }

  #jobId(shard: number): string {
    return `${this.#run}-${shard}`
  }

  #shardOf(jobId: string): number | null {
    return jobId.startsWith(`${this.#run}-`) ? Number(jobId.slice(this.#run.length + 1)) : null
  }

  #tell(told: CoordinatorMessage): void {
    void this.#redis?.publish(toChannel(this.#run), JSON.stringify(told)).catch(() => {})
  }

  async #workers(): Promise<void> {
    const { workers } = this.#settings
    let seen = 0
    const there = async (): Promise<void> => {
      while (!this.#leaving) {
        const [now] = await this.#redis!.time()
        seen = await this.#redis!.zcount(WORKERS, Number(now) - 3 * HERE_EVERY, '+inf')
        if (seen >= workers) return
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
    await this.#inTime(
      there(),
      () => `there ${seen === 1 ? 'is 1 worker' : `are ${seen} workers`}, and ${workers} were to come`,
    )
  }

  async #inTime<T>(work: Promise<T>, why: () => string): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const hint = `start them: hil worker --queue ${this.#settings.url}`
        reject(new Problem('run/no-workers', `${why()} within ${READY_LIMIT / 1000} s`, { hint }))
      }, READY_LIMIT)
    })
    try {
      return await Promise.race([work, late, this.failed])
    } finally {
      clearTimeout(timer)
    }
  }

  #heard({ shard, attempt, where, clockOffset, message }: WorkerMessage): void {
    const state = this.states[shard]
    // The last words of a worker that had been given up.
    if (state === undefined || attempt < this.#attempts[shard]!) return
    this.#heardAt[shard] = monotonic()
    if (message.kind === 'ready') {
      if (this.#startedAt !== null && state.lost === null) this.#lose(shard, 'another worker has its job')
      this.#attempts[shard] = attempt
      Object.assign(state, { where, clockOffset, attempts: attempt + 1, lost: null })
      this.#ready.get(shard)?.()
      this.#ready.delete(shard)
      if (this.#startedAt !== null) this.#catchUp(shard)
    } else if (message.kind === 'stored') void this.#fetch(shard)
    else if (message.kind === 'trouble') this.#fail(troubleOf(message))
    else {
      if (state.lost !== null && message.kind === 'progress') {
        state.lost = null
        this.#settings.note(`shard ${shard + 1} at ${state.where} is heard again`)
      }
      this.#hear(shard, message)
    }
  }

  /** A shard that is begun again: the same run, its devices from now on. */
  #catchUp(shard: number): void {
    const from = monotonic() + this.#toMonotonic - this.#startedAt! + LEAD
    this.#settings.note(`shard ${shard + 1} goes on at ${this.states[shard]!.where}, from its beginning`)
    this.#tell({ shard, message: { kind: 'start', at: this.#startedAt!, from } })
    for (const message of this.#history) this.#tell({ shard, message })
  }

  async #fetch(shard: number): Promise<void> {
    try {
      const bytes = await this.#redis!.getBuffer(resultKey(this.#run, shard))
      if (bytes === null) throw new Error('the result is gone')
      this.#finished.add(shard)
      this.#hear(shard, JSON.parse(gunzipSync(bytes).toString()) as ShardResult)
    } catch (cause) {
      this.#fail(
        new Problem('run/queue', `the result of shard ${shard + 1} cannot be fetched: ${(cause as Error).message}`, {
          cause,
        }),
      )
    }
  }

  /** A worker says something several times a second, or it is gone. */
  #watch(): void {
    for (const [shard, state] of this.states.entries())
      if (state.lost === null && !this.#finished.has(shard) && monotonic() - this.#heardAt[shard]! > SILENCE)
        this.#lose(shard, `nothing was heard of it for ${SILENCE / 1000} s`)
  }

  #gaveUp(jobId: string, reason: string): void {
    const shard = this.#shardOf(jobId)
    if (shard !== null && !this.#leaving) this.#lose(shard, reason)
  }

  #lose(shard: number, why: string): void {
    if (this.#finished.has(shard)) return
    const state = this.states[shard]!
    state.lost = why
    this.#settings.note(`shard ${shard + 1} at ${state.where} is lost: ${why}`)
    this.#hear(shard, { kind: 'lost' })
  }
}
