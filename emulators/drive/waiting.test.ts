// What an RTOS's tasks need of a board: the same answers from all drivers.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import * as board from '../board.ts'
import { type Program, PythonError, Signal } from '../board.ts'
import { seeded } from '../core/random.ts'
import { instant, milliseconds, realClock, seconds } from '../core/time.ts'
import { RecursiveLock, untilTick } from '../threads.ts'
import { Fleet } from './fleet/fleet.ts'
import { startBoard } from './single-board.ts'
import { StagedBoard } from './staged/board.ts'
import { tcpNetwork } from './tcp.ts'

const cleanup: (() => void)[] = []
afterEach(() => {
  for (const undo of cleanup.splice(0).reverse()) undo()
})

/** Answers each `?` with `ab`, closes at `!`. */
async function peer(): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      if (chunk.includes('?')) socket.write('ab')
      if (chunk.includes('!')) socket.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const text = (words: string): Uint8Array => new TextEncoder().encode(words)

/** Runs a program to its end; what it printed. */
type Driver = (program: (port: number) => Program<void>) => Promise<string[]>

const single: Driver = async (program) => {
  const port = await peer()
  const lines: string[] = []
  await new Promise<void>((resolve, reject) => {
    const running = startBoard(() => program(port), {
      network: tcpNetwork,
      clock: realClock(),
      random: seeded(1),
      onPrint: (line) => lines.push(line),
      onPin() {},
      onOutcome() {},
      onReset() {},
      onSocket() {},
      onBug: reject,
      onEnd: () => resolve(),
    })
    cleanup.push(() => running.stop('close'))
  })
  return lines
}

const fleet: Driver = async (program) => {
  const port = await peer()
  const lines: string[] = []
  await new Promise<void>((resolve, reject) => {
    const all = new Fleet({
      seed: 1,
      host: {
        program: () => program(port),
        next: () => null,
        onTime() {},
        onOutcome() {},
        onReset() {},
        onEnd: () => resolve(),
        onPrint: (_, line) => lines.push(line),
        onBug: reject,
      },
    })
    cleanup.push(() => all.close())
    all.boot(all.add(1))
  })
  return lines
}

const staged: Driver = async (program) => {
  const lines: string[] = []
  const all = new StagedBoard({
    connections: [{ feed: [{ afterWrites: 1 }, { data: text('ab') }, { afterWrites: 2 }, { eof: true }] }],
    random: (low) => low,
    onPrint: (line) => lines.push(line),
  })
  expect(all.run(program(1883)).kind).toBe('returned')
  return lines
}

describe.each([
  ['single board', single],
  ['fleet', fleet],
  ['staged board', staged],
] as const)('%s', (_name, run) => {
  it('polls, says how much is there, and ends a poll of a closed socket with its time', async () => {
    const lines = await run(function* (port) {
      const sock = yield* board.openSocket()
      yield* board.connectSocket(sock, '127.0.0.1', port)
      yield* board.print(`quiet ${yield* board.poll(sock, 'readable', milliseconds(5))}`)
      yield* board.print(`writable ${yield* board.poll(sock, 'writable', seconds(600))}`)
      yield* board.print(`sent ${yield* board.sendWithin(sock, text('?'), seconds(600))}`)
      yield* board.print(`there ${yield* board.poll(sock, 'readable', seconds(600))}`)
      let there = 0
      while (there < 2) {
        there = yield* board.available(sock)
        if (there < 2) yield* board.sleep(milliseconds(1))
      }
      yield* board.recv(sock, 2)
      yield* board.print(`left ${yield* board.available(sock)}`)
      yield* board.send(sock, text('!'))
      yield* board.print(`end ${yield* board.poll(sock, 'readable', null)}`)
      yield* board.print(`read ${(yield* board.recv(sock, 1))?.length}`)
      const second = yield* board.openSocket()
      yield* board.spawn('closer', function* () {
        yield* board.closeSocket(second)
      })
      yield* board.print(`closed ${yield* board.poll(second, 'readable', milliseconds(20))}`)
      yield* board.print(`none ${yield* board.available(second)}`)
    })
    expect(lines).toEqual([
      ...['quiet false', 'writable true', 'sent 1', 'there true', 'left 0', 'end true', 'read 0'],
      ...['closed false', 'none 0'],
    ])
  })

  it('wakes who waits for a signal, once the caller waits', async () => {
    const lines = await run(function* () {
      const go = new Signal('go')
      const over = new Signal('over')
      for (const name of ['a', 'b'])
        yield* board.spawn(name, function* () {
          yield* board.print(`${name} ${yield* board.waitFor(go, seconds(600))}`)
          if (name === 'b') yield* board.signal(over)
        })
      yield* board.print(`early ${yield* board.waitFor(over, milliseconds(5))}`)
      yield* board.signal(go)
      yield* board.signal(go)
      yield* board.print('before')
      yield* board.print(`over ${yield* board.waitFor(over, null)}`)
    })
    expect(lines).toEqual(['early false', 'before', 'a true', 'b true', 'over true'])
  })

  it('interrupts a thread with an exception, wherever it waits', async () => {
    const lines = await run(function* (port) {
      const sock = yield* board.openSocket()
      yield* board.connectSocket(sock, '127.0.0.1', port)
      const never = new Signal('never')
      const waits: (() => Program<unknown>)[] = [
        () => board.sleep(seconds(600)),
        () => board.poll(sock, 'readable', seconds(600)),
        () => board.recv(sock, 1),
        () => board.waitFor(never, null),
      ]
      const threads: board.ThreadHandle[] = []
      for (const [k, wait] of waits.entries())
        threads.push(
          yield* board.spawn(`waiter ${k}`, function* () {
            try {
              yield* wait()
              yield* board.print('woke')
            } catch (e) {
              yield* board.print(`${k} ${(e as PythonError).type}`)
            }
          }),
        )
      yield* board.sleep(milliseconds(5))
      for (const thread of threads) yield* board.interruptThread(thread, new PythonError('CancelledError'))
      yield* board.signal(never)
      yield* board.print('then')
      yield* board.sleep(milliseconds(5))
      try {
        yield* board.interruptThread(yield* board.currentThread(), new PythonError('CancelledError'))
      } catch (e) {
        yield* board.print(`self ${(e as PythonError).type}`)
      }
    })
    expect(lines).toEqual(['then', ...[0, 1, 2, 3].map((k) => `${k} CancelledError`), 'self CancelledError'])
  })

  it('has a lock that its holder may take twice, and that is not handed over', async () => {
    const lines = await run(function* () {
      const lock = new RecursiveLock('api')
      const over = new Signal('over')
      yield* board.spawn('other', function* () {
        yield* lock.take()
        yield* board.print('other has it')
        yield* lock.give()
        yield* board.signal(over)
      })
      yield* lock.take()
      yield* lock.take()
      yield* lock.give()
      yield* board.sleep(milliseconds(5))
      yield* lock.give()
      yield* lock.take()
      yield* board.print('taken again')
      yield* board.sleep(milliseconds(5))
      yield* board.print('still')
      yield* lock.give()
      yield* board.waitFor(over, null)
    })
    expect(lines).toEqual(['taken again', 'still', 'other has it'])
  })

  it('has the same address at each look', async () => {
    const lines = await run(function* () {
      for (let k = 0; k < 2; k++) yield* board.print(Buffer.from(yield* board.macAddress()).toString('hex'))
    })
    expect(lines[0]).toMatch(/^246f28[0-9a-f]{6}$/)
    expect(lines[1]).toBe(lines[0])
  })
})

it('waits to the tick', () => {
  expect(untilTick(instant(1009), 1, 100)).toBe(1)
  expect(untilTick(instant(1010), 1, 100)).toBe(10)
  expect(untilTick(instant(1013), 500, 100)).toBe(4997)
  expect(untilTick(instant(1013.5), 1, 1000)).toBe(0.5)
  expect(untilTick(instant(1013), 0, 100)).toBe(0)
})
