// Shards as jobs of a queue on Redis (BullMQ), run by `hil worker` on any machine. A worker that dies
// loses its lock on the job, and another begins that shard again; until one does, the shard is lost, and
// that is said. Messages go over channels of the run's own, results are stored until they are fetched.

import { randomBytes } from 'node:crypto'
import type { Queue, QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import { monotonic, optionalPackage, Problem } from '../../../emulators/index.ts'
import { withoutCredentials } from '../../outside/index.ts'
import { troubleOf } from './fork.ts'
import type { FromShard, ShardJob, ShardResult, ToShard } from './protocol.ts'
import {
  atMost,
  type CoordinatorMessage,
  connectRedis,
  fromChannel,
  HERE_EVERY,
  purposes,
  QUEUE,
  type QueuedShard,
  REFUSED,
  redisClock,
  resultKey,
  toChannel,
  WORKERS,
  type WorkerMessage,
} from './redis.ts'
import { QUEUE_KEY, queueKey, type Seal, sealOf } from './seal.ts'
import type { ShardState, Transport } from './transport.ts'

/** From the word to start until it starts; ms. */
const LEAD = 500
/** How long workers and their shards are waited for; ms. */
const READY_LIMIT = 60_000
/** A shard that says nothing duration is lost; ms. */
const SILENCE = 4000
/** How long Redis may be gone before the run is over; ms. */
const GONE_LIMIT = 10_000
/** How long taking the jobs back may take; ms. */
const LEAVE_LIMIT = 3000

export interface QueueSettings {
  readonly url: string
  /** So many workers must be there before the jobs are given out. */
  readonly workers: number
  readonly note: (text: string) => void
  /** Default: `HIL_QUEUE_KEY` of the environment. */
  readonly key?: string | undefined
  /** How long workers and their shards are waited for, ms; default: a minute. */
  readonly readyLimit?: number | undefined
}

interface Session {
  readonly id: string
  told: number
  heard: number
}

type Message = Exclude<ToShard, { kind: 'start' }>

export class QueueShards implements Transport {
  readonly states: ShardState[] = []
  readonly failed: Promise<never>
  readonly #settings: QueueSettings
  readonly #run = randomBytes(6).toString('hex')
  readonly #seal: Seal
  /** Of each shard: the session of its worker, and how much has been told and heard in it. */
  readonly #sessions: (Session | null)[] = []
  readonly #ready = new Map<number, () => void>()
  readonly #attempts: number[] = []
  /** What a shard that is begun again has to be told. */
  readonly #history: Message[] = []
  #redis: Redis | null = null
  #ears: Redis | null = null
  #eventsRedis: Redis | null = null
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

  /** Throws Problem `run/queue-key`. */
  constructor(settings: QueueSettings) {
    this.#settings = settings
    this.#seal = sealOf(settings.key ?? queueKey(), this.#run)
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
  }

  async open(jobs: readonly ShardJob[], hear: (shard: number, message: FromShard) => void): Promise<void> {
    this.#hear = hear
    const redis = await connectRedis(this.#settings.url)
    this.#redis = redis
    this.#watchRedis(redis)
    this.#ears = redis.duplicate()
    this.#ears.on('error', () => {})
    const shardOf = new Map(jobs.map((_, shard) => [fromChannel(this.#run, shard), shard]))
    this.#ears.on('message', (channel, text) => {
      const shard = shardOf.get(channel)
      if (shard !== undefined) this.#received(shard, text)
    })
    await this.#ears.subscribe(...shardOf.keys())
    const { Queue, QueueEvents } = await optionalPackage('bullmq', '--queue', () => import('bullmq'))
    this.#queue = new Queue(QUEUE, { connection: redis })
    this.#eventsRedis = redis.duplicate()
    this.#eventsRedis.on('error', () => {})
    this.#events = new QueueEvents(QUEUE, { connection: this.#eventsRedis })
    this.#queue.on('error', () => {})
    this.#events.on('error', () => {})
    await this.#events.waitUntilReady()
    this.#events.on('failed', ({ jobId, failedReason }) => this.#gaveUp(jobId, failedReason))
    await this.#workers()
    const ready = jobs.map((_, shard) => new Promise<void>((resolve) => this.#ready.set(shard, resolve)))
    for (const [shard, job] of jobs.entries()) {
      this.states.push({ where: 'no worker yet', attempts: 0, clockOffset: 0, lost: null })
      this.#attempts.push(-1)
      this.#sessions.push(null)
      await this.#queue.add(
        'shard',
        { run: this.#run, shard, sealed: this.#seal.close(purposes.job(shard), job).toString('base64') },
        { jobId: this.#jobId(shard), attempts: 3, removeOnComplete: true, removeOnFail: true },
      )
    }
    await this.#inTime(Promise.all(ready), () => {
      const missing = jobs.map((_, shard) => shard + 1).filter((k) => this.#ready.has(k - 1))
      return `no worker took shard ${missing.join(', ')} of ${jobs.length}`
    })
  }

  async start(): Promise<number> {
    const { toMonotonic } = await Promise.race([redisClock(this.#redis!), this.failed])
    this.#toMonotonic = toMonotonic
    const at = monotonic() + toMonotonic + LEAD
    this.#startedAt = at
    for (const shard of this.states.keys()) this.#heardAt[shard] = monotonic() + LEAD
    this.#watching = setInterval(() => this.#watch(), 500)
    this.#tellAll({ kind: 'start', at, from: 0 })
    return at - toMonotonic
  }

  send(message: Message): void {
    if (message.kind !== 'finish') this.#history.push(message)
    this.#tellAll(message)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leaving = true
    if (this.#watching !== null) clearInterval(this.#watching)
    if (this.#redis === null) return
    this.#tellAll({ kind: 'abandon' })
    await atMost(LEAVE_LIMIT, this.#giveBack())
    for (const redis of [this.#ears, this.#eventsRedis, this.#redis]) redis?.disconnect()
    await atMost(LEAVE_LIMIT, Promise.all([this.#events?.disconnect(), this.#queue?.disconnect()]))
  }

  async #giveBack(): Promise<void> {
    for (const [shard] of this.states.entries()) {
      const job = await this.#queue?.getJob(this.#jobId(shard)).catch(() => undefined)
      // One that a worker still holds goes when that worker lets go of it.
      await job?.remove().catch(() => {})
      await this.#redis?.del(resultKey(this.#run, shard)).catch(() => {})
    }
    await this.#events?.close()
    await this.#queue?.close()
  }

  /** A Redis that goes and does not come back ends the run. */
  #watchRedis(redis: Redis): void {
    let timer: NodeJS.Timeout | undefined
    redis.on('close', () => {
      if (this.#leaving) return
      timer ??= setTimeout(() => {
        const why = `Redis at ${new URL(this.#settings.url).host} has been gone for ${GONE_LIMIT / 1000} s`
        this.#fail(new Problem('run/queue', why, { hint: 'its workers have given up as well; start the load again' }))
      }, GONE_LIMIT)
      timer.unref()
    })
    redis.on('ready', () => {
      clearTimeout(timer)
      timer = undefined
    })
  }

  #jobId(shard: number): string {
    return `${this.#run}-${shard}`
  }

  #shardOf(jobId: string): number | null {
    return jobId.startsWith(`${this.#run}-`) ? Number(jobId.slice(this.#run.length + 1)) : null
  }

  #tellAll(message: CoordinatorMessage['message']): void {
    for (const shard of this.#sessions.keys()) this.#tell(shard, message)
  }

  #tell(shard: number, message: CoordinatorMessage['message']): void {
    const session = this.#sessions[shard]
    if (session == null) return
    const told: CoordinatorMessage = { count: ++session.told, message }
    const sealed = this.#seal.close(purposes.toWorker(shard, session.id), told)
    void this.#redis?.publish(toChannel(this.#run, shard), sealed.toString('base64')).catch(() => {})
  }

  /** Anybody can write into a channel: what is not of a worker with the key, or was heard before, is nothing. */
  #received(shard: number, text: string): void {
    const heard = this.#seal.open(purposes.fromWorker(shard), Buffer.from(text, 'base64')) as WorkerMessage | null
    if (heard === null || heard.shard !== shard) return
    const session = this.#sessions[shard]
    if (heard.message.kind === 'taken') {
      if (heard.attempt <= this.#attempts[shard]!) return
      this.#attempts[shard] = heard.attempt
      this.#sessions[shard] = { id: heard.session, told: 0, heard: heard.count }
      return
    }
    if (session == null || heard.session !== session.id || heard.count <= session.heard) return
    session.heard = heard.count
    this.#heard(heard)
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
    const limit = this.#settings.readyLimit ?? READY_LIMIT
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const hint = `start them: hil worker --queue ${withoutCredentials(this.#settings.url)}`
        reject(new Problem('run/no-workers', `${why()} within ${limit / 1000} s`, { hint }))
      }, limit)
    })
    try {
      return await Promise.race([work, late, this.failed])
    } finally {
      clearTimeout(timer)
    }
  }

  #heard({ shard, attempt, where, clockOffset, message }: WorkerMessage): void {
    if (message.kind === 'taken') return
    const state = this.states[shard]
    if (state === undefined) return
    this.#heardAt[shard] = monotonic()
    if (message.kind === 'ready') {
      if (this.#startedAt !== null && state.lost === null) this.#lose(shard, 'another worker has its job')
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
    this.#tell(shard, { kind: 'start', at: this.#startedAt!, from })
    for (const message of this.#history) this.#tell(shard, message)
  }

  async #fetch(shard: number): Promise<void> {
    try {
      const bytes = await this.#redis!.getBuffer(resultKey(this.#run, shard))
      if (bytes === null) throw new Error('the result is gone')
      const result = this.#seal.open(purposes.result(shard, this.#sessions[shard]!.id), bytes)
      if (result === null) throw new Error('it is not of the worker that announced it')
      this.#finished.add(shard)
      this.#hear(shard, result as ShardResult)
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
        this.#lose(shard, `no message from it for ${SILENCE / 1000} s`)
  }

  #gaveUp(jobId: string, reason: string): void {
    const shard = this.#shardOf(jobId)
    if (shard === null || this.#leaving || this.states[shard] === undefined) return
    if (this.#ready.has(shard) && reason === REFUSED)
      this.#fail(
        new Problem('run/queue-key', `a worker refused shard ${shard + 1}: its ${QUEUE_KEY} is another one`, {
          hint: `set the same ${QUEUE_KEY} for hil load and all its workers`,
        }),
      )
    else this.#lose(shard, reason)
  }

  #lose(shard: number, why: string): void {
    if (this.#finished.has(shard)) return
    const state = this.states[shard]!
    state.lost = why
    this.#settings.note(`shard ${shard + 1} at ${state.where} is lost: ${why}`)
    this.#hear(shard, { kind: 'lost' })
  }
}
