// `hil worker`: takes shards from the queue and runs each in a process of its own. The coordinator of
// their run talks to them over its channels; this process passes on what is said.

import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { optionalPackage, Problem } from '../../../emulators/index.ts'
import { extensionSources } from '../../config/index.ts'
import { withoutUrlCredentials } from '../../outside/index.ts'
import { budgetOf } from './budget.ts'
import { type ForkedShard, forkShard } from './fork.ts'
import type { FromShard, ShardJob } from './protocol.ts'
import {
  atMost,
  type CoordinatorMessage,
  connectRedis,
  fromChannel,
  HERE_EVERY,
  LOCK,
  purposes,
  QUEUE,
  type QueuedShard,
  REFUSED,
  RESULT_LIFE,
  type RedisClock,
  redisClock,
  resultKey,
  toChannel,
  WORKERS,
  type WorkerMessage,
} from './redis.ts'
import { QUEUE_KEY, queueKey, type Seal, sealOf } from './seal.ts'

export interface WorkerOptions {
  readonly url: string
  /** Shards at once. */
  readonly concurrency: number
  /** Variables of this machine's environment that scenarios may see; they come before those of the coordinator. */
  readonly envAllow: readonly string[]
  readonly print: (text: string) => void
  readonly signal: AbortSignal
}

const SHUTDOWN_LIMIT_MS = 2000

/** Resolves when it was told to stop, and its shards have been let go. Throws Problem `run/queue`, `run/queue-key`. */
export async function runWorker({ url, concurrency, envAllow, print, signal }: WorkerOptions): Promise<void> {
  const key = queueKey()
  const redis = await connectRedis(url)
  const clock = await redisClock(redis)
  const { Worker } = await optionalPackage('bullmq', 'hil worker', () => import('bullmq'))
  const name = `${hostname()} ${process.pid}`
  const worker: Worker<QueuedShard, void> = new Worker<QueuedShard, void>(
    QUEUE,
    (job) => runShard(job, { redis, clock, key, envAllow, print, signal }),
    { connection: redis, concurrency, name, ...LOCK },
  )
  worker.on('error', (error) => print(`${withoutUrlCredentials(error.message)}\n`))
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
  // Redis may be gone, and then none of this is answered.
  await atMost(SHUTDOWN_LIMIT_MS, redis.zrem(WORKERS, name))
  await atMost(2 * SHUTDOWN_LIMIT_MS, worker.close(true))
  redis.disconnect()
  await atMost(SHUTDOWN_LIMIT_MS, worker.disconnect())
}

interface Place extends Pick<WorkerOptions, 'envAllow' | 'print' | 'signal'> {
  readonly redis: Redis
  readonly clock: RedisClock
  readonly key: string
}

async function runShard(
  { data, attemptsStarted }: Job<QueuedShard>,
  { redis, clock, key, envAllow, print, signal }: Place,
): Promise<void> {
  // Anybody who can write to Redis may have put it there.
  const { run = '', shard = -1 } = (data ?? {}) as Partial<QueuedShard>
  const seal = sealOf(key, String(run))
  const job = openJob(seal, data ?? {})
  if (job === null) {
    print(`a job was refused: it is not signed with the ${QUEUE_KEY} of this worker\n`)
    const { UnrecoverableError } = await import('bullmq')
    throw new UnrecoverableError(REFUSED)
  }
  const attempt = Math.max(0, (attemptsStarted ?? 1) - 1)
  const where = `${hostname()} pid ${process.pid}`
  const session = randomBytes(12).toString('hex')
  let told = 0
  const tell = (message: WorkerMessage['message']): void => {
    const said: WorkerMessage = { shard, attempt, session, count: ++told, where, clockOffset: clock.offset, message }
    const sealed = seal.close(purposes.fromWorker(shard), said)
    void redis.publish(fromChannel(run, shard), sealed.toString('base64')).catch(() => {})
  }
  print(`shard ${shard + 1} of ${job.shards}, run ${run}${attempt > 0 ? `, attempt ${attempt + 1}` : ''}\n`)
  const ears = redis.duplicate()
  ears.on('error', () => {})
  let forked: ForkedShard | null = null
  let patience: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      patience = setTimeout(() => reject(new Error('its coordinator said nothing')), START_LIMIT)
      const hear = (message: FromShard): void => {
        if (message.kind !== 'result') tell(message)
        else
          void redis
            .set(resultKey(run, shard), seal.close(purposes.result(shard, session), message), 'EX', RESULT_LIFE)
            .then(() => tell({ kind: 'stored' }))
            .then(resolve, reject)
      }
      let heard = 0
      ears.on('message', (_, text) => {
        const bytes = Buffer.from(text, 'base64')
        const said = seal.open(purposes.toWorker(shard, session), bytes) as CoordinatorMessage | null
        // Not of the coordinator, or of it and said before.
        if (said === null || said.count <= heard) return
        heard = said.count
        clearTimeout(patience)
        const { message } = said
        if (message.kind === 'abandon') resolve()
        else if (message.kind === 'start')
          forked?.send({ kind: 'start', epoch: message.at - clock.toMonotonic, from: message.from })
        else forked?.send(message)
      })
      signal.addEventListener('abort', () => reject(new Error('the worker was stopped')))
      ears
        .subscribe(toChannel(run, shard))
        .then(() => {
          tell({ kind: 'taken' })
          const env = { ...job.env, ...named(envAllow) }
          const own = { env, attempt, addresses: addressesFor(job), extensions: extensionSources() }
          forked = forkShard({ ...job, ...own }, hear, processEnv())
          forked.trouble.catch(reject)
          void forked.ended.then((how) => reject(new Error(`its process ended ${how}`)))
        })
        .catch((error: unknown) => {
          if (error instanceof Problem)
            tell({ kind: 'trouble', code: error.code, message: error.message, hint: error.hint })
          reject(error)
        })
    }).catch((error: unknown) => {
      // The reason lies in Redis, where others read it: what a scenario says is not in it.
      throw error instanceof Problem ? new Error(error.code) : error
    })
  } finally {
    clearTimeout(patience)
    ears.disconnect()
    if (forked !== null) await end(forked)
    print(`shard ${shard + 1} is over\n`)
  }
}

/** How long a worker waits for the coordinator of a job to begin; ms. */
const START_LIMIT = 120_000

/** null: it was not made with the key, or for another shard. */
function openJob(seal: Seal, { shard, sealed }: Partial<QueuedShard>): ShardJob | null {
  if (shard === undefined || !Number.isInteger(shard) || typeof sealed !== 'string') return null
  const job = seal.open(purposes.job(shard), Buffer.from(sealed, 'base64')) as ShardJob | null
  return job?.shard === shard ? job : null
}

const named = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]!]])))

/** What a shard's process has of this one's environment: nothing that a scenario could name. */
const processEnv = (): NodeJS.ProcessEnv => named(['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'NODE_EXTRA_CA_CERTS'])

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
