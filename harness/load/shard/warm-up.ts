// Before the first device of a shard begins, a few of each group run against a broker that is only here, so that the
// code is compiled and the helper thread runs by then: what the first devices are measured by is not the generator's
// own start. Nothing of it is counted, and nothing of it reaches the broker of the run.

import { createServer, type Server, type Socket } from 'node:net'
import { milliseconds, monotonic } from '../../../emulators/index.ts'
import { MQTT5 } from '../../devices/index.ts'
import type { FleetGroup, FleetPlan } from '../../plan/index.ts'
import { SERIES } from './meter.ts'
import { ShardRunner } from './shard-runner.ts'

/** It takes no longer than that, however slow the machine is; ms. */
const LIMIT_MS = 500
const DEVICES = 8
const MESSAGES = 60
const LOOK_EVERY_MS = 10

/** Never rejects: a shard that is not warm runs all the same. */
export async function warmUp(plan: FleetPlan, seed: number, limitMs = LIMIT_MS): Promise<void> {
  const until = monotonic() + limitMs
  let server: Server | null = null
  let runner: ShardRunner | null = null
  try {
    server = await listen()
    const { port } = server.address() as { readonly port: number }
    const groups = plan.groups.map(sample)
    runner = new ShardRunner({
      plan: { ...plan, groups, devices: groups.reduce((sum, { count }) => sum + count, 0) },
      seed,
      brokers: [{ host: '127.0.0.1', port }],
      credentials: {},
      tls: null,
      shard: 0,
      shards: 1,
      window: DEVICES,
      attempt: 0,
      key: 0,
      addresses: [],
      detours: {},
      onBug: () => {},
    })
    runner.start(monotonic(), 0)
    const wanted = groups.reduce((sum, { count, publications }) => sum + count * publications.length * MESSAGES, 0)
    const published = SERIES.indexOf('messages_published')
    while (monotonic() < until && (wanted === 0 || runner.status().totals[published]! < wanted))
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  } catch {
    // What is wrong is told when the fleet itself begins.
  } finally {
    runner?.close()
    server?.close()
  }
}

/** A few devices of it, all at once and in a hurry, without TLS. */
const sample = (group: FleetGroup): FleetGroup => ({
  ...group,
  count: Math.min(DEVICES, group.count),
  brokers: [],
  arrival: { kind: 'at-once' },
  resetAfter: null,
  publications: group.publications.map((publication) => ({
    ...publication,
    every: milliseconds(2),
    jitter: 0,
    times: MESSAGES,
  })),
  member: (i) => ({ ...group.member(i), tls: null }),
})

function listen(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.setNoDelay(true)
    answer(socket)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

const CONNECT = 1
const PUBLISH = 3
const SUBSCRIBE = 8
const UNSUBSCRIBE = 10
const PINGREQ = 12
/** Behind the name `MQTT` with its length. */
const LEVEL_AT = 6

/** All that a broker has to say to such a device [MQTT 3.1.1, 3; MQTT 5.0, 3]; it delivers nothing. */
function answer(socket: Socket): void {
  let waiting: Buffer = Buffer.alloc(0)
  let is5 = false
  socket.on('data', (chunk: Buffer) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk])
    for (let packet = take(waiting); packet !== null; packet = take(waiting)) {
      waiting = waiting.subarray(packet.end)
      const { head, body } = packet
      const id = body.subarray(0, 2)
      if (head >> 4 === CONNECT) {
        is5 = body[LEVEL_AT] === MQTT5
        socket.write(is5 ? Uint8Array.of(0x20, 3, 0, 0, 0) : Uint8Array.of(0x20, 2, 0, 0))
      } else if (head >> 4 === SUBSCRIBE)
        socket.write(Uint8Array.of(0x90, is5 ? 4 : 3, id[0]!, id[1]!, ...(is5 ? [0, 0] : [0])))
      else if (head >> 4 === UNSUBSCRIBE)
        socket.write(Uint8Array.of(0xb0, is5 ? 4 : 2, id[0]!, id[1]!, ...(is5 ? [0, 0] : [])))
      else if (head >> 4 === PINGREQ) socket.write(Uint8Array.of(0xd0, 0))
      else if (head >> 4 === PUBLISH && (head & 6) !== 0) {
        const at = 2 + body.readUInt16BE(0)
        socket.write(Uint8Array.of(0x40, 2, body[at]!, body[at + 1]!))
      }
    }
  })
}

/** The first packet; null: it is not all there. */
function take(bytes: Buffer): { readonly head: number; readonly body: Buffer; readonly end: number } | null {
  let length = 0
  for (let k = 1; k < bytes.length; k++) {
    length += (bytes[k]! & 127) * 128 ** (k - 1)
    if ((bytes[k]! & 128) !== 0) continue
    const end = k + 1 + length
    return end > bytes.length ? null : { head: bytes[0]!, body: bytes.subarray(k + 1, end), end }
  }
  return null
}
