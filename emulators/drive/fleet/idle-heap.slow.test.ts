// What a device costs that has nothing to do: the heap of a fleet, library by library, with its broker in another thread.

import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clients } from '../../clients/index.ts'
import { fleetDevice } from '../../firmware/fleet-device.ts'
import { Fleet } from './fleet.ts'
import type { FleetHost } from './host.ts'

const COUNT = 1500
/** Connected before: by then the code is compiled, which is no device of its own. */
const WARM = 300
/** A socket of Node's is 1.2 KiB of it. mqtt_as runs four threads in seven generators. */
const MOST_KIB: Readonly<Record<string, number>> = { mqtt_as: 7 }
const BROKER = `
const { parentPort } = require('node:worker_threads')
const server = require('node:net').createServer((socket) => {
  socket.once('data', () => socket.write(Buffer.from('20020000', 'hex')))
  socket.on('error', () => {})
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

let broker: Worker
let port = 0
beforeAll(async () => {
  broker = new Worker(BROKER, { eval: true })
  ;[port] = (await once(broker, 'message')) as [number]
})
afterAll(async () => {
  await broker.terminate()
})

/** So many devices that are connected. */
async function connected(name: keyof typeof clients, count: number): Promise<Fleet> {
  const client = clients[name]
  let resolve = (): void => {}
  let left = count
  const host: FleetHost = {
    program: (device) =>
      fleetDevice(
        {
          ...{ client, backoff: null, will: () => null, subscriptions: () => [], heard: () => {} },
          connect: client.inTask?.start ?? client.verbs.connect({})!,
          options: ({ index }) => client.identity(`${name}-${index}`, '127.0.0.1', port),
        },
        device,
      ),
    ...{ next: () => null, onTime: () => {}, onOutcome: () => {}, onEnd: () => {}, onReset: () => {} },
    onConnack() {
      if (--left === 0) resolve()
    },
    onBug: (error) => {
      throw error
    },
  }
  const fleet = new Fleet({ host, seed: 1 })
  const all = new Promise<void>((done) => {
    resolve = done
  })
  for (let k = 0; k < count; k++) fleet.boot(fleet.add(k))
  await all
  return fleet
}

async function heap(): Promise<number> {
  for (let k = 0; k < 3; k++) {
    await pause(50)
    collect()
  }
  return process.memoryUsage().heapUsed
}

it.each(Object.keys(clients) as (keyof typeof clients)[])(
  '%s: an idle device is small',
  { timeout: 120_000 },
  async (name) => {
    const warm = await connected(name, WARM)
    const before = await heap()
    const fleet = await connected(name, COUNT)
    const each = ((await heap()) - before) / COUNT / 1024
    fleet.close()
    warm.close()
    expect(each).toBeGreaterThan(0.5)
    expect(each).toBeLessThan(MOST_KIB[name] ?? 6)
  },
)
