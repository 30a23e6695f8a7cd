// What coordinator and workers share of a Redis: the queue of shard jobs, the channels of a run, and its
// clock, by which shards on several machines begin together.

import type { Redis } from 'ioredis'
import { monotonic, optionalPackage, Problem } from '../../../emulators/index.ts'
import { withoutCredentials, withoutUrlCredentials } from '../../outside/index.ts'
import type { FromShard, ToShard } from './protocol.ts'

export const QUEUE = 'hil-shards'

/** A job as it lies in Redis. What it is stands in `sealed`, which only those with the key can read and make. */
export interface QueuedShard {
  readonly run: string
  readonly shard: number
  /** Of a `ShardJob`; base64. */
  readonly sealed: string
}

/** Each text is bound to one of these, so that it means nothing in another place. */
export const purposes = {
  job: (shard: number): string => `job ${shard}`,
  /** `session`: chosen by the worker, so that what was recorded of an earlier run or worker is not obeyed. */
  toWorker: (shard: number, session: string): string => `to ${shard} ${session}`,
  fromWorker: (shard: number): string => `from ${shard}`,
  result: (shard: number, session: string): string => `result ${shard} ${session}`,
}

/** From the coordinator to the worker of a shard. Times are Redis's, ms. */
export interface CoordinatorMessage {
  /** Counts the messages of a session: none is obeyed twice. */
  readonly count: number
  readonly message:
    | Exclude<ToShard, { kind: 'start' }>
    | { readonly kind: 'start'; readonly at: number; readonly from: number }
    | { readonly kind: 'abandon' }
}

/** From a worker. A result is too large for a channel: it is stored, and that is told. */
export interface WorkerMessage {
  readonly shard: number
  readonly attempt: number
  readonly session: string
  readonly count: number
  readonly where: string
  /** The worker's wall clock less Redis's, ms. */
  readonly clockOffset: number
  readonly message: Exclude<FromShard, { kind: 'result' }> | { readonly kind: 'taken' } | { readonly kind: 'stored' }
}

/** Why a job failed that was not made with the worker's key. */
export const REFUSED = 'refused: not signed with the key of this worker'

export const toChannel = (run: string, shard: number): string => `hil:${run}:to:${shard}`
export const fromChannel = (run: string, shard: number): string => `hil:${run}:from:${shard}`
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
  throw new Problem('cli/bad-queue', `--queue ${withoutCredentials(url)}: expected redis://HOST:PORT`, {
    hint: 'such as --queue redis://localhost:6379',
  })
}

function notConnected(host: string, cause: Error): Problem {
  const why = withoutUrlCredentials(cause.message)
  return /^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password)/.test(why)
    ? new Problem('run/queue', `the Redis at ${host} refuses the login: ${why}`, {
        hint: 'its password is taken from HIL_QUEUE_PASSWORD, or from --queue redis://:PASSWORD@HOST:PORT',
        cause,
      })
    : new Problem('run/queue', `no Redis answers at ${host}: ${why}`, {
        hint: 'redis-server --port 6379 starts one',
        cause,
      })
}

/** Throws Problem `run/queue`. */
export async function connectRedis(url: string): Promise<Redis> {
  checkQueue(url)
  const { Redis } = await optionalPackage('ioredis', '--queue', () => import('ioredis'))
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    connectTimeout: CONNECT_LIMIT_MS,
    retryStrategy: () => null,
    ...passwordOf(url),
  })
  let said: Error | null = null
  redis.on('error', (error: Error) => {
    said ??= error // what comes after it is only that the connection is closed
  })
  try {
    await redis.connect()
  } catch (error) {
    redis.disconnect()
    throw notConnected(new URL(url).host, said ?? (error as Error))
  }
  redis.options.retryStrategy = (times) => Math.min(times * 200, 2000)
  return redis
}

/** The variable that has the password of Redis, so that it stands in no command line. */
export const QUEUE_PASSWORD = 'HIL_QUEUE_PASSWORD'

function passwordOf(url: string): { readonly password?: string } {
  const password = process.env[QUEUE_PASSWORD] ?? ''
  return password === '' || new URL(url).password !== '' ? {} : { password }
}

/** Resolves when the work is done or the time is up, whatever comes of it: Redis may be gone for good. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work.catch(() => {}), late])
  clearTimeout(timer)
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
