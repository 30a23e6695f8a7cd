// One measurement in a process of its own: `child KIND TASK PORT QOS CLIENT`, the figures as JSON on standard output.

import { bare } from './bare.ts'
import { emulated } from './emulated.ts'
import { mqttjs } from './mqttjs.ts'
import type { Subject, SubjectOptions } from './subject.ts'

const [kind, task, port, qosText, client = 'umqtt.simple'] = process.argv.slice(2)
const qos = Number(qosText) as 0 | 1
const kinds: Readonly<Record<string, (options: SubjectOptions) => Subject>> = { bare, fleet: emulated, mqttjs }
const options = { port: Number(port), qos, size: 64, latency: task === 'latency', client }

const WARM_UP = 500
const ROUNDS_TO_WARM_UP = 4
/** ms. */
const IDLE_FOR = 1000
const PACED_FOR = 2000

const settle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const cpu = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return user + system
}

/** Makes the heap's young generation as large as it gets: it is the process's, and no device's. */
function growYoungGeneration(): void {
  let kept: object[] = []
  for (let k = 0; k < 3_000_000; k++) {
    kept.push({ k })
    if (kept.length > 200_000) kept = []
  }
}

/** Clients to come, of a kind of which 500 have connected. */
async function warmedUp(): Promise<Subject> {
  const warm = kinds[kind!]!(options)
  await warm.connect(WARM_UP)
  growYoungGeneration()
  globalThis.gc?.()
  await settle(300)
  globalThis.gc?.()
  return kinds[kind!]!({ ...options })
}

async function connectingOf(subject: Subject, count: number): Promise<Readonly<Record<string, number>>> {
  const before = process.memoryUsage()
  const since = process.cpuUsage()
  const begun = performance.now()
  await subject.connect(count)
  const wall = performance.now() - begun
  const used = cpu(since)
  await settle(400)
  globalThis.gc?.()
  await settle(400)
  globalThis.gc?.()
  const after = process.memoryUsage()
  const each = (what: 'rss' | 'heapUsed' | 'external'): number => (after[what] - before[what]) / count
  return { wall, cpu: used / count, memory: each('rss'), heap: each('heapUsed'), external: each('external') }
}

/** The same of fewer, which then do nothing for a second, and then publish once a second each. */
async function living(count: number): Promise<unknown> {
  const subject = await warmedUp()
  const figures = await connectingOf(subject, count)
  const idleSince = process.cpuUsage()
  await settle(IDLE_FOR)
  const idle = cpu(idleSince) / IDLE_FOR
  for (let round = 0; round < ROUNDS_TO_WARM_UP; round++) {
    for (let k = 0; k < count; k++) {
      subject.publish(k)
      if (k % 64 === 0) await new Promise(setImmediate)
    }
    await settle(50)
  }
  let sent = 0
  let k = 0
  const start = performance.now() + 50
  subject.schedule(
    () => start + (k++ * 1000) / count,
    () => subject.publish(sent++ % count),
  )
  await settle(500)
  const from = sent
  const since = process.cpuUsage()
  const begun = performance.now()
  await settle(PACED_FOR)
  const used = cpu(since) - idle * (performance.now() - begun)
  return { ...figures, idle: (1000 * idle) / count, publish: used / (sent - from) }
}

/** 100 publishers, as fast as they are taken. */
async function flatOut(messages: number): Promise<unknown> {
  const subject = kinds[kind!]!(options)
  await subject.connect(100)
  let acked = 0
  let sent = 0
  const run = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const until = sent + count
      if (qos === 1) {
        let next = 0
        const more = (): void => {
          acked++
          if (sent < until) {
            sent++
            subject.publish(next++ % 100)
          } else if (acked === sent) resolve()
        }
        subject.onAck = more
        for (let k = 0; k < 100; k++) {
          sent++
          subject.publish(next++ % 100)
        }
        return
      }
      const turn = (): void => {
        for (let k = 0; k < 100 && sent < until; k++)
          if (subject.backlog(k) < 16_384) {
            sent++
            subject.publish(k)
          }
        if (sent < until) setImmediate(turn)
        else resolve()
      }
      turn()
    })
  await run(messages / 4)
  await settle(300)
  const since = process.cpuUsage()
  const begun = performance.now()
  await run(messages)
  const wall = performance.now() - begun
  return { wall, cpu: cpu(since) / messages, rate: (messages / wall) * 1000 }
}

/** 5,000 clients, one message a second each. */
async function paced(seconds: number): Promise<unknown> {
  const count = 5000
  const subject = kinds[kind!]!(options)
  await subject.connect(count)
  let k = 0
  let sent = 0
  const start = performance.now() + 100
  subject.schedule(
    () => start + (k++ * 1000) / count,
    () => subject.publish(sent++ % count),
  )
  // Until the compiler has seen enough: at this rate that takes longer than flat out.
  await settle(15_000)
  const since = process.cpuUsage()
  const from = sent
  await settle(seconds * 1000)
  return { cpu: cpu(since) / (sent - from), rate: (sent - from) / seconds }
}

/** 1,000 messages a second from one to one, from the intended time, after two seconds of warming up. */
async function latency(seconds: number): Promise<unknown> {
  const subject = kinds[kind!]!(options)
  const times: number[] = []
  let from = Number.POSITIVE_INFINITY
  subject.onMessage = (intended) => {
    if (intended > from) times.push(performance.now() - intended)
  }
  await subject.connect(2)
  await settle(300)
  let k = 0
  const start = performance.now() + 50
  subject.schedule(
    () => start + k++,
    () => subject.publish(1),
  )
  await settle(2000)
  from = performance.now()
  const since = process.cpuUsage()
  await settle(seconds * 1000)
  const used = cpu(since)
  times.sort((a, b) => a - b)
  const at = (p: number): number => times[Math.floor(times.length * p)]!
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), count: times.length, cpu: used / times.length }
}

const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  connect: async () => connectingOf(await warmedUp(), 10_000),
  living: () => living(4000),
  flat: () => flatOut(qos === 0 ? 400_000 : 60_000),
  paced: () => paced(8),
  latency: () => latency(8),
}
process.stdout.write(JSON.stringify(await tasks[task!]!()))
process.exit(0)
