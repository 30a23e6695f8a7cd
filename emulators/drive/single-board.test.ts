import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { CallOutcome, Program, PyValue } from '../board.ts'
import * as board from '../board.ts'
import { clients } from '../clients/index.ts'
import { seeded } from '../core/random.ts'
import { type Clock, type Duration, milliseconds, realClock, seconds, VirtualClock, ZERO } from '../core/time.ts'
import { puppet } from '../firmware/puppet.ts'
import { encode } from '../mqtt/encode.ts'
import type { BoardHost, Ending, RunningBoard } from './host.ts'
import { MemoryNetwork } from './memory.ts'
import type { Network } from './network.ts'
import { startBoard } from './single-board.ts'
import { tcpNetwork } from './tcp.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/[\s|]/g, ''), 'hex'))
const CONNACK = hex('20020000')

/** A host that remembers, and lets a test wait for what comes. */
class Watch implements BoardHost {
  readonly network: Network
  readonly clock: Clock
  readonly random = seeded(1)
  readonly lines: string[] = []
  readonly pins: [number, number][] = []
  readonly outcomes: [string, CallOutcome][] = []
  readonly endings: Ending[] = []
  readonly changes: string[] = []
  readonly bugs: unknown[] = []
  resets = 0
  bootTime: Duration = ZERO

  constructor(network: Network, clock: Clock = realClock()) {
    this.network = network
    this.clock = clock
  }
  onPrint(line: string): void {
    this.lines.push(line)
  }
  onPin(pin: number, value: 0 | 1): void {
    this.pins.push([pin, value])
  }
  onOutcome(id: string, outcome: CallOutcome): void {
    this.outcomes.push([id, outcome])
  }
  onEnd(ending: Ending): void {
    this.endings.push(ending)
  }
  onReset(): void {
    this.resets++
  }
  onSocket(change: string): void {
    this.changes.push(change)
  }
  onBug(error: unknown): void {
    this.bugs.push(error)
  }
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await turn()
}

const cleanup: (() => void)[] = []
afterEach(() => {
  for (const undo of cleanup.splice(0).reverse()) undo()
})

/** A TCP server whose connections the test plays by hand. */
async function listen(): Promise<{ port: number; accepted: () => Promise<Socket>; received: () => Buffer }> {
  const server = createServer({ allowHalfOpen: true })
  const sockets: Socket[] = []
  const waiting: ((socket: Socket) => void)[] = []
  let received = Buffer.alloc(0)
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
    })
    const next = waiting.shift()
    if (next) next(socket)
    else sockets.push(socket)
    cleanup.push(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(() => server.close())
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => {
      const socket = sockets.shift()
      return socket ? Promise.resolve(socket) : new Promise((resolve) => waiting.push(resolve))
    },
    received: () => received,
  }
}

function start(program: () => Program<void>, watch: Watch): RunningBoard {
  const running = startBoard(program, watch)
  cleanup.push(() => running.stop('close'))
  return running
}

/** A puppet of umqtt.simple, and a way to make it do things. */
async function puppetOn(port: number, network: Network = tcpNetwork) {
  const watch = new Watch(network)
  const context = { client: clients['umqtt.simple'], server: '127.0.0.1', port, name: 'dev1', options: {}, poll: null }
  const running = start(puppet.program(context), watch)
  let count = 0
  const begin = (method: string, ...args: PyValue[]): string => {
    const id = `i${count++}`
    running.instruct({ id, method, args, kwargs: {} })
    return id
  }
  const call = async (method: string, ...args: PyValue[]): Promise<CallOutcome> => {
    const id = begin(method, ...args)
    await until(() => watch.outcomes.some(([done]) => done === id))
    return watch.outcomes.find(([done]) => done === id)![1]
  }
  return { watch, running, begin, call }
}

const returned = (value: PyValue): CallOutcome => ({ kind: 'returned', value })
const raised = (type: string, ...args: PyValue[]) => ({
  kind: 'raised',
  error: expect.objectContaining({ type, args }),
})

describe('over TCP', () => {
  it('connects, publishes and disconnects with the library’s bytes', async () => {
    const server = await listen()
    const { call } = await puppetOn(server.port)
    const connecting = call('connect')
    const socket = await server.accepted()
    socket.write(CONNACK)
    expect(await connecting).toEqual(returned(0))
    expect(await call('publish', 'a/b', 'hi')).toEqual(returned(null))
    const ended = once(socket, 'end')
    expect(await call('disconnect')).toEqual(returned(null))
    await ended
    expect(server.received()).toEqual(
      Buffer.from(hex('1010 0004 4d515454 04 02 0000 0004 64657631 3007 0003 612f62 6869 e000')),
    )
    expect(await call('check_msg')).toEqual(raised('OSError', 'EBADF'))
  })

  it('a QoS 1 publish that is never answered shows where it hangs', async () => {
    const server = await listen()
    const { call, begin, running, watch } = await puppetOn(server.port)
    const connecting = call('connect')
    const socket = await server.accepted()
    socket.write(CONNACK)
    await connecting
    begin('publish', 'a', 'x', false, 1)
    await until(() => server.received().includes('a\0\x01x', 0, 'latin1') && running.pending()?.call === 'read')
    expect(running.pending()).toMatchObject({ call: 'read', detail: '(1)' })
    expect(watch.outcomes).toHaveLength(1)
    socket.write(encode({ type: 'puback', packetId: 1 }))
    await until(() => watch.outcomes.length === 2)
    expect(watch.outcomes[1]![1]).toEqual(returned(null))
  })

  it('end of file before CONNACK is an IndexError; a reset is an OSError', async () => {
    const server = await listen()
    const { call } = await puppetOn(server.port)
    const first = call('connect')
    ;(await server.accepted()).end()
    expect(await first).toEqual(raised('IndexError', expect.any(String) as unknown as string))
    const second = call('connect')
    ;(await server.accepted()).resetAndDestroy()
    expect(await second).toMatchObject({ kind: 'raised', error: { type: 'OSError' } })
  })

  it('after a reset: ECONNRESET, then -1, then EPIPE', async () => {
    const server = await listen()
    const { call } = await puppetOn(server.port)
    const connecting = call('connect')
    const socket = await server.accepted()
    socket.write(CONNACK)
    await connecting
    const waiting = call('wait_msg')
    socket.resetAndDestroy()
    expect(await waiting).toEqual(raised('OSError', 'ECONNRESET'))
    expect(await call('wait_msg')).toEqual(raised('OSError', -1))
    expect(await call('ping')).toEqual(raised('OSError', 'EPIPE'))
  })

  it('a silent broker and a connect timeout', async () => {
    const server = await listen()
    const { call } = await puppetOn(server.port)
    expect(await call('connect', true, 0.05)).toEqual(raised('OSError', 'ETIMEDOUT'))
  })

  it('refused', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const { call, watch } = await puppetOn(port)
    expect(await call('connect')).toEqual(raised('OSError', 'ECONNREFUSED'))
    expect(watch.changes).toEqual(['connecting', 'refused'])
  })

  it('a write waits while the peer does not read', async () => {
    const server = await listen()
    const { call, begin, running, watch } = await puppetOn(server.port)
    const connecting = call('connect')
    const socket = await server.accepted()
    socket.write(CONNACK)
    await connecting
    socket.pause()
    const chunk = new Uint8Array(2_000_000)
    for (let i = 0; i < 6; i++) begin('publish', 'a', chunk)
    let before = -1
    // Nothing moves for some turns of the loop: the kernel's buffers are full.
    for (let still = 0; still < 50; ) {
      await turn()
      still = watch.outcomes.length === before && running.pending()?.call === 'write' ? still + 1 : 0
      before = watch.outcomes.length
    }
    expect(running.pending()).toMatchObject({ call: 'write', detail: '(2000000 bytes)' })
    socket.resume()
    await until(() => watch.outcomes.length === 7)
    await until(() => server.received().length > 12_000_000)
  })
})

describe('a board', () => {
  it('makes each write of its own', async () => {
    const network = new MemoryNetwork()
    const { call } = await puppetOn(1883, network)
    const arrived = network.next()
    const connecting = call('connect')
    const peer = await arrived
    peer.send(CONNACK)
    await connecting
    expect(peer.writes.map((w) => Buffer.from(w).toString('hex'))).toEqual([
      '101000',
      '044d51545404020000',
      '0004',
      '64657631',
    ])
    expect(peer).toMatchObject({ host: '127.0.0.1', port: 1883 })
  })

  it('vanishes without closing', async () => {
    for (const how of ['power', 'reset', 'close'] as const) {
      const network = new MemoryNetwork()
      const { begin, running, watch } = await puppetOn(1883, network)
      const arrived = network.next()
      begin('connect')
      const peer = await arrived
      running.stop(how)
      expect(peer.gone).toBe(how === 'close' ? 'destroyed' : how)
      expect(running.pending()).toBeNull()
      peer.send(CONNACK)
      await turn()
      expect(watch.outcomes).toEqual([])
    }
  })

  it('reads inputs, writes outputs, and tells of changes only', async () => {
    const watch = new Watch(new MemoryNetwork(), new VirtualClock())
    const running = start(function* () {
      yield* board.print(`${yield* board.readPin(0)} ${yield* board.readPin(4)}`)
      for (const level of [0, 1, 1, 0] as const) yield* board.writePin(2, level)
    }, watch)
    running.setPin(0, 0)
    await until(() => watch.endings.length > 0)
    expect(watch.lines).toEqual(['0 1'])
    expect(watch.pins).toEqual([
      [2, 1],
      [2, 0],
    ])
    expect(watch.endings).toEqual([{ kind: 'returned' }])
    expect(running.pinLevel(2)).toBe(0)
  })

  it('prints a traceback for what leaves the main program, and goes on after a thread’s', async () => {
    const clock = new VirtualClock()
    const watch = new Watch(new MemoryNetwork(), clock)
    start(function* () {
      yield* board.spawn('pinger', function* () {
        yield* board.print('thread')
        throw new board.PythonError('ValueError')
      })
      yield* board.sleep(seconds(1))
      throw board.osError('ECONNRESET')
    }, watch)
    await until(() => watch.lines.length === 4)
    clock.advance(seconds(1))
    expect(watch.lines).toEqual([
      'thread',
      'Unhandled exception in thread started by pinger',
      'Traceback (most recent call last):',
      'ValueError: ',
      'Traceback (most recent call last):',
      'OSError: ECONNRESET',
    ])
    expect(watch.endings).toMatchObject([{ kind: 'raised', error: { type: 'OSError' } }])
  })

  it('machine.reset() takes the connection, the pins and the threads, and starts again after the boot time', async () => {
    const clock = new VirtualClock()
    const network = new MemoryNetwork()
    const watch = new Watch(network, clock)
    watch.bootTime = seconds(3)
    start(function* () {
      yield* board.print(`boot at ${yield* board.now()}`)
      yield* board.spawn('ghost', function* () {
        yield* board.sleep(seconds(2))
        yield* board.print('ghost')
      })
      const socket = yield* board.openSocket()
      yield* board.connectSocket(socket, 'h', 1)
      yield* board.writePin(2, 1)
      yield* board.sleep(seconds(1))
      yield* board.resetBoard()
    }, watch)
    await network.next()
    clock.advance(seconds(1))
    expect(watch.resets).toBe(1)
    expect(network.connections.map((c) => c.gone)).toEqual(['reset'])
    expect(watch.pins).toEqual([
      [2, 1],
      [2, 0],
    ])
    const again = network.next()
    clock.advance(seconds(3))
    await again
    expect(watch.lines).toEqual(['boot at 0', 'boot at 0'])
    expect(watch.endings).toEqual([])
  })

  it('stops a thread where it stands, a timer before it fires, and the thread that asks', async () => {
    const clock = new VirtualClock()
    const network = new MemoryNetwork()
    const watch = new Watch(network, clock)
    start(function* () {
      const socket = yield* board.openSocket()
      yield* board.connectSocket(socket, 'h', 1)
      const reader = yield* board.spawn('reader', function* () {
        yield* board.recv(socket, 9)
        yield* board.print('reader')
      })
      const timer = yield* board.spawnLater(seconds(2), 'timer', () => board.print('timer'))
      yield* board.spawnLater(seconds(2), 'other', () => board.print('other'))
      let own = 0
      own = yield* board.spawn('own', function* () {
        yield* board.stopThread(own)
        yield* board.print('own')
      })
      yield* board.sleep(seconds(1))
      yield* board.stopThread(reader)
      yield* board.stopThread(timer)
      yield* board.print(`got ${(yield* board.recv(socket, 9))!.length}`)
    }, watch)
    const peer = await network.next()
    await turn()
    clock.advance(seconds(1))
    peer.send(hex('010203'))
    clock.advance(seconds(5))
    expect(watch.lines).toEqual(['got 3', 'other'])
    expect(watch.bugs).toEqual([])
  })

  it('a close lets a read of another thread go, with EBADF', async () => {
    const clock = new VirtualClock()
    const network = new MemoryNetwork()
    const watch = new Watch(network, clock)
    start(function* () {
      const socket = yield* board.openSocket()
      yield* board.connectSocket(socket, 'h', 1)
      yield* board.spawn('reader', function* () {
        yield* board.recv(socket, 9)
      })
      yield* board.sleep(seconds(1))
      yield* board.closeSocket(socket)
      yield* board.print(`closed, ${yield* board.socketState(socket)}`)
    }, watch)
    await network.next()
    await turn()
    clock.advance(seconds(1))
    expect(watch.lines).toEqual([
      'Unhandled exception in thread started by reader',
      'Traceback (most recent call last):',
      'OSError: EBADF',
      'closed, -1',
    ])
  })

  it('lets the world go on while a program never waits', async () => {
    const watch = new Watch(new MemoryNetwork())
    let turns = 0
    start(function* () {
      for (;;) {
        yield* board.now()
        turns++
      }
    }, watch)
    await until(() => turns > 2000)
  })

  it('tells a bug of ours from a Python exception', async () => {
    const watch = new Watch(new MemoryNetwork())
    start(function* () {
      yield* board.now()
      throw new RangeError('ours')
    }, watch)
    await until(() => watch.bugs.length > 0)
    expect(watch.bugs).toMatchObject([{ message: 'ours' }])
    expect(watch.endings).toEqual([])
  })

  it('gives no instruction when none came in time', async () => {
    const clock = new VirtualClock()
    const watch = new Watch(new MemoryNetwork(), clock)
    const running = start(function* () {
      for (;;) {
        const next = yield* board.nextInstruction(milliseconds(100))
        yield* board.print(next?.id ?? 'none')
      }
    }, watch)
    await until(() => running.pending() !== null)
    clock.advance(milliseconds(100))
    running.instruct({ id: 'a', method: 'm', args: [], kwargs: {} })
    running.instruct({ id: 'b', method: 'm', args: [], kwargs: {} })
    clock.advance(milliseconds(100))
    expect(watch.lines).toEqual(['none', 'a', 'b', 'none'])
  })
})
