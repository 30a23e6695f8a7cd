// What coordinator and workers share of a Redis: the queue of shard jobs, the channels of a run, and its
// clock, by which shards on several machines begin together.

import type { Redis } from 'ioredis'
import { monotonic, Problem } from '../../../emulators/index.ts'
import type { FromShard, ShardJob, ToShard } from './protocol.ts'

export const QUEUE = 'hil-shards'

export interface QueuedShard {
  readonly run: string
  readonly job: ShardJob
}

/** From the coordinator; `shard` null: to all. Times are Redis's, ms. */
export interface CoordinatorMessage {
  readonly shard: number | null
  readonly message:
    | Exclude<ToShard, { kind: 'start' }>
    | { readonly kind: 'start'; readonly at: number; readonly from: number }
    | { readonly kind: 'abandon' }
}

/** From a worker. A result is too large for a channel: it is stored, and that is told. */
export interface WorkerMessage {
  readonly shard: number
  readonly attempt: number
  readonly where: string
  /** The worker's wall clock less Redis's, ms. */
  readonly clockOffset: number
  readonly message: Exclude<FromShard, { kind: 'result' }> | { readonly kind: 'stored' }
}

export const toChannel = (run: string): string => `hil:${run}:to`
export const fromChannel = (run: string): string => `hil:${run}:from`
export const resultKey = (run: string, shard: number): string => `hil:${run}:result:${shard}`
/** Workers that are there, by when they last said so (Redis's time, s). */
export const WORKERS = 'hil:workers'
/** How often they do; s. One that has not for three times as long is gone. */
export const HERE_EVERY = 1

/** A result that nobody fetches is forgotten; seconds. */
export const RESULT_LIFE = 3600

/** How a worker's lock on its job is kept: a worker that is gone is noticed after at most their sum; ms. */
export const LOCK = { lockDuration: 6000, stalledInterval: 3000, maxStalledCount: 3 } as const

const CONNECT_LIMIT_MS = 5000

/** Throws Problem `cli/bad-queue`. */
export function checkQueue(url: string): void {
  if (/^rediss?:\/\//.test(url) && URL.canParse(url)) return
  throw new Problem('cli/bad-queue', `--queue ${url}: expected redis://HOST:PORT`, {
    hint: 'such as --queue redis://localhost:6379',
  })
}

/** Throws Problem `run/queue`. */
export async function connectRedis(url: string): Promise<Redis> {
  checkQueue(url)
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    connectTimeout: CONNECT_LIMIT_MS,
    retryStrategy: () => null,
  })
  redis.on('error', () => {})
  try {
    await redis.connect()
  } catch (cause) {
    redis.disconnect()
    throw new Problem('run/queue', `no Redis answers at ${new URL(url).host}: ${(cause as Error).message}`, {
      hint: 'redis-server --port 6379 starts one',
      cause,
    })
  }
  redis.options.retryStrategy = (times) => Math.min(times * 200, 2000)
  return redis
}

export interface RedisClock {
  /** Redis's time less this machine's monotonic clock, ms. */
  readonly toMonotonic: number
  /** This machine's wall clock less Redis's, ms. */
  readonly offset: number
}

/** The best of some questions: what answers quickest is the least wrong, by half of its way at most. */
export async function redisClock(redis: Redis): Promise<RedisClock> {
  let best = { width: Number.POSITIVE_INFINITY, toMonotonic: 0, offset: 0 }
  for (let k = 0; k < 8; k++) {
    const before = monotonic()
    const [seconds, micros] = await redis.time()
    const after = monotonic()
    const wall = performance.timeOrigin + performance.now()
    const time = Number(seconds) * 1000 + Number(micros) / 1000
    const middle = (before + after) / 2
    if (after - before < best.width)
      best = { width: after - before, toMonotonic: time - middle, offset: wall - (after - middle) - time }
  }
  return best
}
