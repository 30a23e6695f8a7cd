// Who can write to Redis can stop a load, and nothing else: neither see nor change what coordinator and workers say.

import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { allPublish, measureFleet, publishers, runFleet } from '../testing.ts'
import { HIL, KEY, redis, redisHere, started, worker } from './queue.testing.ts'
import { QueueShards } from './queue.ts'
import { checkQueue } from './redis.ts'
import { sealOf } from './seal.ts'

const open: Redis[] = []
afterEach(() => {
  for (const client of open.splice(0)) client.disconnect()
})

function stranger(url: string): Redis {
  const client = new Redis(url)
  client.on('error', () => {})
  open.push(client)
  return client
}

const quiet = (): void => {}

/** Two devices. */
const SMALL = publishers(2).replace(/^/, '\ntimeout: 300s') + allPublish(20)

/** The fleet's topic has a variable of the environment in it. */
const WITH_ENV = `
timeout: 100s
fleet:
  collector: { use: umqtt.simple, count: 1, subscribe: [{ topic: env/PLACE, qos: 1 }] }
  sensors:
    use: umqtt.simple
    count: 2
    arrival: { after: 1500ms, over: 500ms }
    publish: [{ topic: "env/\${{ env.HIL_TEST_PLACE }}", every: 100ms, size: 40, qos: 1, times: 10 }]
${allPublish(20, 'env')}`

describe.skipIf(redisHere.skip)(`a queue${redisHere.why}`, () => {
  it('a job that is not signed is refused, told, and does no harm to the worker', async () => {
    const url = await redis()
    const child = await worker(url)
    let said = ''
    child.stdout!.on('data', (text: Buffer) => {
      said += text
    })
    const { Queue } = await import('bullmq')
    const queue = new Queue('hil-shards', { connection: stranger(url) })
    const job = { shard: 0, shards: 1, text: 'name: x', brokers: [{ host: '127.0.0.1', port: 1 }], env: {} }
    const forged = sealOf('another key, of the stranger: 0123', 'r').close('job 0', job).toString('base64')
    for (const data of [{ run: 'r', job }, { run: 'r', shard: 0, sealed: forged }, { run: { a: 1 } }, null, 'x'])
      await queue.add('shard', data, { attempts: 3 })
    await expect.poll(() => said.match(/a job was refused/g)?.length, { timeout: 30_000 }).toBe(5)
    expect(said).not.toContain('shard 1')
    expect(child.exitCode).toBeNull()
    await queue.close()
  }, 60_000)

  it('noise on the channels of a run is no trouble, and passwords are in no text of Redis', async () => {
    const url = await redis()
    await worker(url)
    const noise = stranger(url)
    const ears = stranger(url)
    const heard: string[] = []
    await ears.psubscribe('hil:*')
    ears.on('pmessage', (_, channel, text) => {
      heard.push(text)
      // What was said is said again, with noise between.
      if (heard.length < 200) void noise.publish(channel, heard.length % 2 === 0 ? text : 'no JSON {')
    })
    const text = `
timeout: 100s
fleet:
  sensors: { use: umqtt.simple, count: 3, with: { user: u, password: correct horse }, publish: [{ topic: a, every: 200ms, size: 40 }] }
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 30s }
  - delay: 1s
`
    const transport = () => new QueueShards({ url, workers: 1, note: quiet })
    const run = await runFleet(text, { transport, remote: true, shards: 1 })
    expect([run.status, run.problem]).toEqual(['passed', null])
    expect(heard.length).toBeGreaterThan(10)
    expect(heard.join('\n')).not.toMatch(/correct|progress|"kind"/)
  }, 120_000)

  it.each([
    ['the coordinator', [], 'here'],
    ['the worker, when it allows the name', ['--env-allow', 'HIL_TEST_PLACE'], 'there'],
  ])(
    'a variable of the environment is that of %s',
    async (_, args, place) => {
      process.env.HIL_TEST_PLACE = 'here'
      try {
        const url = await redis()
        await worker(url, args, { HIL_TEST_PLACE: 'there' })
        const transport = () => new QueueShards({ url, workers: 1, note: quiet })
        const text = WITH_ENV.replace('env/PLACE', `env/${place}`)
        const load = await measureFleet(text, { transport, remote: true, shards: 1 })
        expect(load.counts.all!.messages_received).toBe(20)
      } finally {
        delete process.env.HIL_TEST_PLACE
      }
    },
    120_000,
  )

  it('hil load and hil worker want the key, and the same one', async () => {
    const url = await redis()
    for (const args of [['worker'], ['load', 'scenarios/load/steady.scenario.yaml']]) {
      const ended = started(process.execPath, [HIL, ...args, '--queue', url], /never/, {
        ...process.env,
        HIL_QUEUE_KEY: '',
      })
      await expect(ended).rejects.toThrow(/ended with 2: [\s\S]*HIL_QUEUE_KEY is not set/)
    }
    await worker(url, [], { HIL_QUEUE_KEY: `${KEY}0` })
    const transport = () => new QueueShards({ url, workers: 1, note: quiet })
    const run = await runFleet(SMALL, { transport, remote: true, shards: 1 })
    expect(run.problem).toMatchObject({ code: 'run/queue-key', message: expect.stringContaining('a worker refused') })
  }, 120_000)

  it('the password of Redis is in no message', async () => {
    const url = (await redis('--requirepass', 'geheim')).replace('redis://', 'redis://:geheim@')
    const transport = () => new QueueShards({ url, workers: 1, note: quiet, readyLimit: 500 })
    const late = await runFleet(SMALL, { transport, remote: true, shards: 1 })
    expect(late.problem).toMatchObject({ code: 'run/no-workers', hint: expect.stringContaining('redis://127.0.0.1') })
    const wrong = () => new QueueShards({ url: url.replace('geheim', 'geheim2'), workers: 1, note: quiet })
    const refused = await runFleet(SMALL, { transport: wrong, remote: true, shards: 1 })
    expect(refused.problem).toMatchObject({ code: 'run/queue', message: expect.stringContaining('refuses the login') })
    for (const { problem } of [late, refused]) expect(`${problem?.message} ${problem?.hint}`).not.toContain('geheim')
    for (const mistyped of ['reids://:geheim@h', ':geheim@h', 'redis//:geheim@h:1'])
      expect(() => checkQueue(mistyped)).toThrow(
        expect.objectContaining({ code: 'cli/bad-queue', message: expect.not.stringContaining('geheim') }),
      )
  }, 60_000)

  it('a load and a worker end when Redis is gone', async () => {
    const url = await redis()
    const crew = await worker(url)
    const transport = () => new QueueShards({ url, workers: 1, note: quiet })
    const run = runFleet(`${SMALL}  - delay: 200s\n`, { transport, remote: true, shards: 1 })
    const watch = stranger(url)
    await expect.poll(() => watch.pubsub('CHANNELS', 'hil:*:to:*'), { timeout: 30_000 }).toHaveLength(1)
    await watch.shutdown('NOSAVE').catch(() => {})
    const { problem } = await run
    expect(problem).toMatchObject({ code: 'run/queue', message: expect.stringContaining('has been gone for') })
    const exit = once(crew, 'exit')
    crew.kill('SIGTERM')
    await exit
  }, 120_000)
})
