// What a link costs in memory that carries much through a disturbance, with a sender that is fast and a reader that is
// slow. The two ends are a process of their own, and so is the harness of each row: it begins with an empty heap.
// By itself: node --expose-gc dist/bench/link-memory.js WAY DISTURBANCE MEGABYTES prints { start, peak, events } in bytes.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { realClock, seeded } from '../emulators/index.ts'
import { type Direction, Timeline } from '../harness/evidence/index.ts'
import { type AnyDisturbance, type DisturbanceName, disturbances, openLink } from '../harness/link/index.ts'
import type { Measure } from './measure.ts'

const MEGABYTES = 200
/** Bytes of a payload. */
const PAYLOAD = 20_000
/** The reader waits so long after each of its reads of 64 KiB. */
const READER_PAUSE_MS = 2
const SAMPLE_MS = 50

/** What each is asked for; those that end the connection or keep everything carry nothing. */
const settings: Readonly<Partial<Record<DisturbanceName, unknown>>> = {
  delay: '5ms',
  drop: {},
  duplicate: {},
  corrupt: { at: -1, xor: 1 },
  rewrite: { topic: 'other' },
  split: { bytes: 1000 },
  join: { packets: 3 },
  throttle: '40MB/s',
}

export interface Grown {
  /** Resident bytes of the harness, before and at most. */
  readonly start: number
  readonly peak: number
  readonly events: number
}

export async function linkMemory(): Promise<readonly Measure[]> {
  const rows: Measure[] = []
  for (const way of ['up', 'down'] as const)
    for (const name of ['none', ...Object.keys(settings)]) {
      const { start, peak, events } = await grownBy(way, name, MEGABYTES)
      const title = `${MEGABYTES} MB ${way}, ${name}`
      rows.push({ name: title, value: mb(peak - start), baseline: `start ${mb(start)}, ${events} events`, ratio: null })
    }
  return rows
}

const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`

async function grownBy(way: Direction, name: string, megabytes: number): Promise<Grown> {
  const child = fork(fileURLToPath(import.meta.url), [way, name, String(megabytes)])
  const [grown] = (await once(child, 'message')) as [Grown]
  return grown
}

/** The harness of one row. */
async function measure(way: Direction, name: string, megabytes: number): Promise<Grown> {
  const peers = fork(fileURLToPath(import.meta.url), ['peers', way, String(megabytes)])
  const [port] = (await once(peers, 'message')) as [number]
  const timeline = new Timeline(realClock(), undefined, undefined, { onLimit: (problem) => fail(problem.message) })
  await using link = await openLink({
    device: 'bench',
    upstream: () => ({ host: '127.0.0.1', port }),
    recorder: timeline,
  })
  const disturbance: AnyDisturbance | undefined = disturbances[name as DisturbanceName]
  if (disturbance !== undefined) {
    const by = disturbance.settings.parse(settings[name as DisturbanceName])
    link.disturb({
      id: name,
      direction: way,
      what: disturbance.show(by),
      handler: disturbance.make(by, seeded(1)),
      wants: ({ type }) => type === 'publish',
      nth: 1,
      times: Number.POSITIVE_INFINITY,
      chance: 1,
      random: seeded(1),
      connection: 'all',
    })
  }
  global.gc?.()
  const start = process.memoryUsage().rss
  let peak = start
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, SAMPLE_MS)
  const done = once(peers, 'message')
  peers.send(link.port)
  await done
  clearInterval(sampler)
  peers.kill()
  return { start, peak, events: timeline.events.length }
}

const fail = (why: string): never => {
  console.error(why)
  process.exit(1)
}

/** Device and broker: the sender of the two sends as fast as it can, the other one reads slowly. */
async function peers(way: Direction, megabytes: number): Promise<void> {
  const server = createServer((socket) => {
    if (way === 'up') read(socket)
    else send(socket, megabytes)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('message', (port: number) => {
    const socket = connect(port, '127.0.0.1')
    if (way === 'up') send(socket, megabytes)
    else read(socket)
  })
  process.send!((server.address() as AddressInfo).port)
}

function read(socket: Socket): void {
  socket.on('data', () => {
    socket.pause()
    setTimeout(() => socket.resume(), READER_PAUSE_MS)
  })
  socket.on('end', () => process.send!('done'))
  socket.on('error', ({ message }) => fail(message))
}

function send(socket: Socket, megabytes: number): void {
  const packet = Buffer.concat([
    Buffer.from([0x30]),
    lengthOf(PAYLOAD + 4),
    Buffer.from([0, 2, 0x61, 0x62]),
    Buffer.alloc(PAYLOAD, 'z'),
  ])
  let left = megabytes * 1e6
  const more = (): void => {
    while (left > 0) {
      left -= packet.length
      if (!socket.write(packet)) return void socket.once('drain', more)
    }
    socket.end()
  }
  socket.on('error', ({ message }) => fail(message))
  socket.on('data', () => {})
  more()
}

/** The remaining length of a packet [MQTT-2.1.4], for three bytes of it. */
const lengthOf = (length: number): Buffer =>
  Buffer.from([(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14])

async function main([what, name, megabytes]: readonly string[]): Promise<void> {
  if (what === 'peers') return peers(name as Direction, Number(megabytes))
  const grown = await measure(what as Direction, name!, Number(megabytes))
  if (process.send !== undefined) process.send(grown)
  else console.log(JSON.stringify(grown))
  process.exit(0)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
