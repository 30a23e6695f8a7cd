// `hil worker`: takes shards from the queue and runs each in a process of its own. The coordinator of
// their run talks to them over its channels; this process passes on what is said.

import { hostname } from 'node:os'
import { gzipSync } from 'node:zlib'
import type { Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { Problem } from '../../../emulators/index.ts'
import { budgetOf } from './budget.ts'
import { type ForkedShard, forkShard } from './fork.ts'
import type { FromShard, ShardJob } from './protocol.ts'
import {
  type CoordinatorMessage,
  connectRedis,
  fromChannel,
  HERE_EVERY,
  LOCK,
  QUEUE,
  type QueuedShard,
  RESULT_LIFE,
  type RedisClock,
  redisClock,
  resultKey,
  toChannel,
  WORKERS,
  type WorkerMessage,
} from './redis.ts'

export interface WorkerOptions {
  readonly url: string
  /** Shards at once. */
  readonly concurrency: number
  readonly print: (text: string) => void
  readonly signal: AbortSignal
}

const SHUTDOWN_LIMIT_MS = 2000

/** Resolves when it was told to stop, and its shards have been let go. */
export async function runWorker({ url, concurrency, print, signal }: WorkerOptions): Promise<void> {
  const redis = await connectRedis(url)
  const clock = await redisClock(redis)
  const { Worker } = await import('bullmq')
  const name = `${hostname()} ${process.pid}`
  const worker: Worker<QueuedShard, void> = new Worker<QueuedShard, void>(
    QUEUE,
    (job) => runShard(job, redis, clock, print, signal),
    { connection: redis, concurrency, name, ...LOCK },
  )
  worker.on('error', (error) => print(`${error.message}\n`))
  await worker.waitUntilReady()
  const here = async (): Promise<void> => {
    const [now] = await redis.time()
    await redis.zadd(WORKERS, Number(now), name)
  }
  await here()
  const beat = setInterval(() => void here().catch(() => {}), HERE_EVERY * 1000)
  print(`worker ${name}: up to ${concurrency} shards, clock ${clock.offset.toFixed(1)} ms from Redis\n`)
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
  clearInterval(beat)
  await redis.zrem(WORKERS, name).catch(() => {})
  await worker.close(true)
  redis.disconnect()
}

async function runShard(
  { data, attemptsStarted }: Job<QueuedShard>,
  redis: Redis,
  clock: RedisClock,
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { run, job } = data
  const { shard } = job
  const attempt = Math.max(0, (attemptsStarted ?? 1) - 1)
  const where = `${hostname()} pid ${process.pid}`
  const tell = (message: WorkerMessage['message']): void => {
    const heard: WorkerMessage = { shard, attempt, where, clockOffset: clock.offset, message }
    void redis.publish(fromChannel(run), JSON.stringify(heard)).catch(() => {})
  }
  print(`shard ${shard + 1} of ${job.shards}, run ${run}${attempt > 0 ? `, attempt ${attempt + 1}` : ''}\n`)
  const ears = redis.duplicate()
  ears.on('error', () => {})
  let forked: ForkedShard | null = null
  try {
    await new Promise<void>((resolve, reject) => {
      const hear = (message: FromShard): void => {
        if (message.kind !== 'result') tell(message)
        else
          void redis
            .set(resultKey(run, shard), gzipSync(JSON.stringify(message)), 'EX', RESULT_LIFE)
            .then(() => tell({ kind: 'stored' }))
            .then(resolve, reject)
      }
      ears.on('message', (_, text) => {
        const { shard: to, message } = JSON.parse(text) as CoordinatorMessage
        if (to !== null && to !== shard) return
        if (message.kind === 'abandon') resolve()
        else if (message.kind === 'start')
          forked?.send({ kind: 'start', epoch: message.at - clock.toMonotonic, from: message.from })
        else forked?.send(message)
      })
      signal.addEventListener('abort', () => reject(new Error('the worker was stopped')))
      ears
        .subscribe(toChannel(run))
        .then(() => {
          forked = forkShard({ ...job, attempt, addresses: addressesFor(job) }, hear)
          forked.trouble.catch(reject)
          void forked.ended.then((how) => reject(new Error(`its process ended ${how}`)))
        })
        .catch((error: unknown) => {
          if (error instanceof Problem)
            tell({ kind: 'trouble', code: error.code, message: error.message, hint: error.hint })
          reject(error)
        })
    })
  } finally {
    ears.disconnect()
    if (forked !== null) await end(forked)
    print(`shard ${shard + 1} is over\n`)
  }
}

/** This machine's own budget, for its part. */
function addressesFor(job: ShardJob): readonly string[] {
  const devices = Math.ceil(job.devices / job.shards)
  const loopback = job.brokers.every(({ host }) => /^(127\.|localhost|::1)/.test(host))
  return budgetOf({ devices, secured: 0, brokers: job.brokers.length, loopback, shards: 1, addresses: null }).addresses
}

async function end({ process: child, ended }: ForkedShard): Promise<void> {
  if (child.connected) child.disconnect()
  const late = setTimeout(() => child.kill('SIGKILL'), SHUTDOWN_LIMIT_MS)
  await ended
  clearTimeout(late)
}
