// What the link adds to a packet's way: PINGREQ there and PINGRESP back at 1,000 a second, straight
// to an echo server and through a link to the same one. A one-way delay is half of the difference.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { realClock } from '../emulators/index.ts'
import { Timeline } from '../harness/evidence/index.ts'
import { openLink } from '../harness/link/index.ts'
import type { Measure } from './measure.ts'

const PINGREQ = Buffer.from('c000', 'hex')
const PINGRESP = Buffer.from('d000', 'hex')
const ROUNDS = 5000
const WARM_UP = 1000
const EVERY_MS = 1

export async function linkLatency(): Promise<readonly Measure[]> {
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      for (let k = 0; k < chunk.length; k += PINGREQ.length) socket.write(PINGRESP)
    })
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const link = await openLink({
    device: 'bench',
    upstream: () => ({ host: '127.0.0.1', port }),
    recorder: new Timeline(realClock()),
  })
  try {
    const bare = await roundTrips(port)
    const linked = await roundTrips(link.port)
    return [50, 99].map((p) => {
      const [a, b] = [percentile(bare, p), percentile(linked, p)]
      const name = `ping through the link, one way added, p${p}`
      return { name, value: us((b - a) / 2), baseline: `bare round trip ${us(a)}, linked ${us(b)}`, ratio: b / a }
    })
  } finally {
    await link[Symbol.asyncDispose]()
    server.close()
  }
}

async function roundTrips(port: number): Promise<number[]> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.setNoDelay(true)
  const times: number[] = []
  for (let k = 0; k < ROUNDS + WARM_UP; k++) {
    const begun = performance.now()
    socket.write(PINGREQ)
    await answered(socket)
    const took = performance.now() - begun
    if (k >= WARM_UP) times.push(took)
    const rest = EVERY_MS - took
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
  }
  socket.destroy()
  return times.sort((a, b) => a - b)
}

const answered = (socket: Socket): Promise<unknown> => once(socket, 'data')

const percentile = (sorted: readonly number[], p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))]!

const us = (ms: number): string => `${(ms * 1000).toFixed(0)} µs`
