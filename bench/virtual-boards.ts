// A virtual board from nothing to its first CONNECT, and the memory that ten of them take. Baselines:
// an empty thread, and this process before.

import { createServer, type Server } from 'node:net'
import { Worker } from 'node:worker_threads'
import { type Network, realClock, startVirtualBoard, tcpNetwork, type VirtualBoard } from '../emulators/index.ts'
import type { Measure } from './measure.ts'

const RUNS = 9
const BOARDS = 10
const PROGRAM = `import network, time
sta = network.WLAN(network.STA_IF)
sta.active(True)
sta.connect("a", "b")
while not sta.isconnected(): pass
from umqtt.simple import MQTTClient
c = MQTTClient("blue", "broker")
c.connect()
while True:
    c.publish(b"t", b"x")
    time.sleep(1)
`

export async function virtualBoards(): Promise<readonly Measure[]> {
  let connected: () => void = () => {}
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(Uint8Array.of(0x20, 2, 0, 0))
      connected()
    })
    socket.on('data', () => {})
    socket.on('error', () => {})
  })
  const network = await listening(server)
  const boot = async (): Promise<VirtualBoard> => {
    const first = new Promise<void>((resolve) => {
      connected = resolve
    })
    const board = await startVirtualBoard(
      { name: 'blue', files: new Map([['main.py', Buffer.from(PROGRAM)]]) },
      {
        network,
        clock: realClock(),
        onConsole: () => {},
        onPin: () => {},
        onSocket: () => {},
        onReset: () => {},
        onIdle: () => {},
        onBug: (error) => {
          throw error
        },
      },
    )
    await first
    return board
  }
  await (await boot()).stop('close') // reads files and compiles, once in a process
  const times: number[] = []
  const threads: number[] = []
  for (let k = 0; k < RUNS; k++) {
    const begun = performance.now()
    const board = await boot()
    times.push(performance.now() - begun)
    await board.stop('close')
    threads.push(await emptyThread())
  }
  const before = process.memoryUsage.rss()
  const boards: VirtualBoard[] = []
  for (let k = 0; k < BOARDS; k++) boards.push(await boot())
  const grown = process.memoryUsage.rss() - before
  await Promise.all(boards.map((board) => board.stop('close')))
  server.close()
  const [boots, bare] = [median(times), median(threads)]
  return [
    {
      name: 'boot to first CONNECT',
      value: `${boots.toFixed(0)} ms`,
      baseline: `an empty thread ${bare.toFixed(0)} ms`,
      ratio: boots / bare,
    },
    {
      name: `${BOARDS} boards connected, memory`,
      value: `${mebibytes(grown)} MiB`,
      baseline: `the process before ${mebibytes(before)} MiB`,
      ratio: grown / before,
    },
  ]
}

async function listening(server: Server): Promise<Network> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { readonly port: number }
  return { connect: (_host, _port, tls, events) => tcpNetwork.connect('127.0.0.1', port, tls, events) }
}

function emptyThread(): Promise<number> {
  const begun = performance.now()
  const thread = new Worker('', { eval: true })
  return new Promise((resolve) => thread.once('exit', () => resolve(performance.now() - begun)))
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
