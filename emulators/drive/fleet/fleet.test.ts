// Devices of a fleet against TCP servers that the test plays by hand: the same bytes as single-board.ts sends,
// and the same behaviour where the libraries depend on it.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { CallOutcome, Instruction, Program, PythonError } from '../../board.ts'
import * as board from '../../board.ts'
import { clients } from '../../clients/index.ts'
import { milliseconds, seconds } from '../../core/time.ts'
import { fleetDevice } from '../../firmware/fleet-device.ts'
import type { FleetRole } from '../../firmware/fleet-role.ts'
import type { Ending } from '../host.ts'
import type { FleetDevice } from './device.ts'
import { Fleet } from './fleet.ts'
import type { FleetHost } from './host.ts'
import type { Lookup } from './names.ts'

const hex = (text: string): Buffer => Buffer.from(text.replace(/[\s|]/g, ''), 'hex')
const CONNACK = hex('20020000')

const cleanup: (() => void)[] = []
afterEach(() => {
  for (const undo of cleanup.splice(0).reverse()) undo()
})

class Watch implements FleetHost {
  fleet: Fleet
  make: (device: FleetDevice) => Program<void>
  readonly todo: Instruction[] = []
  readonly outcomes: [string, CallOutcome][] = []
  readonly endings: Ending[] = []
  readonly told: string[] = []
  readonly bugs: unknown[] = []
  readonly #listeners = new Set<() => void>()

  constructor(make: (device: FleetDevice) => Program<void>, window = 64, lookup?: Lookup) {
    this.make = make
    this.fleet = new Fleet({ host: this, seed: 1, window, lookup })
    cleanup.push(() => this.fleet.close())
  }
  program(device: FleetDevice): Program<void> {
    return this.make(device)
  }
  next(device: FleetDevice): Instruction | null {
    return this.todo.shift() ?? (device.readable ? { id: 'check', method: 'check_msg', args: [], kwargs: {} } : null)
  }
  onTime(): void {
    this.#tell('time')
  }
  onOutcome(_: FleetDevice, id: string, outcome: CallOutcome): void {
    this.outcomes.push([id, outcome])
    this.#tell(`outcome ${id}`)
  }
  onEnd(_: FleetDevice, ending: Ending): void {
    this.endings.push(ending)
    this.#tell('end')
  }
  onReset(): void {
    this.#tell('reset')
  }
  onOpen(): void {
    this.#tell('open')
  }
  onFailed(_: FleetDevice, errno: string): void {
    this.#tell(`failed ${errno}`)
  }
  onLost(): void {
    this.#tell('lost')
  }
  onConnack(_: FleetDevice, code: number, present: boolean): void {
    this.#tell(`connack ${code} ${present}`)
  }
  onBug(error: unknown): void {
    this.bugs.push(error)
    this.#tell('bug')
  }
  do(device: FleetDevice, method: string, ...args: board.PyValue[]): void {
    this.todo.push({ id: method, method, args, kwargs: {} })
    this.fleet.wake(device)
  }
  until(what: string, count = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.told.filter((t) => t === what).length < count) return
        this.#listeners.delete(look)
        resolve()
      }
      this.#listeners.add(look)
      look()
    })
  }
  #tell(what: string): void {
    this.told.push(what)
    for (const listener of [...this.#listeners]) listener()
  }
}

async function listen(): Promise<{ port: number; accepted: () => Promise<Socket>; sockets: Socket[] }> {
  const server = createServer({ allowHalfOpen: true })
  const sockets: Socket[] = []
  const waiting: ((socket: Socket) => void)[] = []
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    cleanup.push(() => socket.destroy())
    const next = waiting.shift()
    if (next) next(socket)
    else sockets.push(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(() => server.close())
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    accepted: () => {
      const socket = sockets.shift()
      return socket ? Promise.resolve(socket) : new Promise((resolve) => waiting.push(resolve))
    },
  }
}

async function bytesOf(socket: Socket, count: number): Promise<Buffer> {
  let all = Buffer.alloc(0)
  while (all.length < count) {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) await once(socket, 'readable')
    else all = Buffer.concat([all, chunk])
  }
  return all
}

function role(use: keyof typeof clients, port: number, over: Partial<FleetRole> = {}): FleetRole {
  const client = clients[use]
  return {
    client,
    connect: client.verbs.connect({})!,
    backoff: null,
    options: () => client.identity('dev1', '127.0.0.1', port),
    will: () => null,
    subscriptions: () => [],
    heard: () => {},
    ...over,
  }
}

function puppet(use: keyof typeof clients, port: number, over: Partial<FleetRole> = {}) {
  const watch = new Watch((device) => fleetDevice(role(use, port, over), device))
  const device = watch.fleet.add(0)
  watch.fleet.boot(device)
  return { watch, device }
}

const CONNECT = hex('1010 0004 4d515454 04 02 0000 0004 64657631')

describe('a device of a fleet', () => {
  it('connects, publishes and receives with the library’s bytes, a packet in one piece', async () => {
    const server = await listen()
    const heard: string[] = []
    const { watch, device } = puppet('umqtt.simple', server.port, {
      heard: (_, topic, payload) => heard.push(`${Buffer.from(topic)} ${Buffer.from(payload)}`),
    })
    const socket = await server.accepted()
    expect(await bytesOf(socket, CONNECT.length)).toEqual(CONNECT)
    socket.write(CONNACK)
    await watch.until('connack 0 false')
    watch.do(device, 'publish', 'a/b', 'hi', false, 1)
    const chunk = await bytesOf(socket, 11)
    expect(chunk).toEqual(hex('3209 0003 612f62 0001 6869'))
    expect(watch.outcomes).toEqual([])
    socket.write(hex('30 05 0001 74 3132'))
    socket.write(hex('40 02 0001'))
    await watch.until('outcome publish')
    expect(heard).toEqual(['t 12'])
    expect(watch.outcomes).toEqual([['publish', { kind: 'returned', value: null }]])
  })

  it('gets a packet that comes byte by byte', async () => {
    const server = await listen()
    const heard: string[] = []
    const { watch } = puppet('umqtt.simple', server.port, { heard: (_, t) => heard.push(Buffer.from(t).toString()) })
    const socket = await server.accepted()
    socket.setNoDelay(true)
    socket.write(CONNACK)
    await watch.until('connack 0 false')
    for (const byte of hex('30 05 0001 74 3132')) {
      socket.write(Uint8Array.of(byte))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await watch.until('outcome check')
    expect(heard).toEqual(['t'])
  })

  it('of umqtt.robust comes back at once after a FIN, and every two seconds while it is refused', async () => {
    const server = await listen()
    const { watch } = puppet('umqtt.robust', server.port)
    const first = await server.accepted()
    first.write(CONNACK)
    await watch.until('connack 0 false')
    first.end()
    const second = await server.accepted()
    // [MQTT-3.1.2-4]: clean session is bit 1 of the flags; reconnect clears it.
    expect((await bytesOf(second, CONNECT.length))[9]).toBe(0)
    second.write(CONNACK)
    await watch.until('connack 0 false', 2)
    expect(watch.endings).toEqual([])
  })

  it('of umqtt.simple ends with the exception that its library raises', async () => {
    const server = await listen()
    const { watch } = puppet('umqtt.simple', server.port)
    const socket = await server.accepted()
    socket.write(CONNACK)
    await watch.until('connack 0 false')
    socket.end()
    await watch.until('end')
    expect(watch.endings).toMatchObject([{ kind: 'raised', error: { type: 'OSError', args: [-1] } }])
  })

  it('with a policy waits by it, connects and subscribes again', async () => {
    const server = await listen()
    const subscription = clients['umqtt.simple'].verbs.subscribe({ topic: Buffer.from('cmd'), qos: 1 })!
    const backoff = { kind: 'fixed', base: milliseconds(150), max: seconds(1), jitter: 'none' } as const
    const { watch } = puppet('umqtt.simple', server.port, { backoff, subscriptions: () => [subscription] })
    for (const round of [1, 2]) {
      const socket = await server.accepted()
      socket.write(CONNACK)
      const all = await bytesOf(socket, CONNECT.length + 10)
      expect(all.subarray(CONNECT.length).toString('hex')).toBe(`8208${'0001'.replace('1', String(round))}0003636d6401`)
      socket.write(hex(`90 03 000${round} 01`))
      if (round === 2) break
      const since = performance.now()
      socket.resetAndDestroy()
      await watch.until('open', 2)
      expect(performance.now() - since).toBeGreaterThanOrEqual(149)
    }
  })

  it('that loses its power sends neither FIN nor RST', async () => {
    const server = await listen()
    const { watch, device } = puppet('umqtt.simple', server.port)
    const socket = await server.accepted()
    socket.write(CONNACK)
    await watch.until('connack 0 false')
    const ended: string[] = []
    socket.on('end', () => ended.push('end')).on('close', () => ended.push('close'))
    watch.fleet.halt(device, 'power')
    socket.resume()
    socket.write(hex('30 05 0001 74 3132'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(ended).toEqual([])
    watch.fleet.boot(device)
    const again = await server.accepted()
    expect(await bytesOf(again, CONNECT.length)).toEqual(CONNECT)
  })

  it('whose network is a black hole neither sends nor hears, and comes back', async () => {
    const server = await listen()
    const { watch, device } = puppet('umqtt.simple', server.port)
    const socket = await server.accepted()
    socket.write(CONNACK)
    await watch.until('connack 0 false')
    await bytesOf(socket, CONNECT.length)
    watch.fleet.setNetwork(device, 'blackhole', null)
    watch.do(device, 'publish', 'a', 'lost', false, 0)
    await watch.until('outcome publish')
    watch.fleet.setNetwork(device, 'up', null)
    watch.do(device, 'publish', 'a', 'sent', false, 0)
    expect((await bytesOf(socket, 9)).toString('latin1')).toContain('sent')
  })

  it('gives up a CONNACK that does not come, as its library does', async () => {
    const server = await listen()
    const { watch } = puppet('minimqtt', server.port)
    const socket = await server.accepted()
    socket.on('data', () => {})
    await watch.until('failed given up without a CONNACK')
    expect(watch.told).not.toContain('lost')
    expect(watch.bugs).toEqual([])
  })

  it.each([
    ['closes', 'failed closed before CONNACK'],
    ['resets', 'failed ECONNRESET before CONNACK'],
  ] as const)('whose connection the broker %s before a CONNACK was refused', async (how, told) => {
    const server = await listen()
    const { watch } = puppet('umqtt.simple', server.port)
    const socket = await server.accepted()
    await bytesOf(socket, CONNECT.length)
    if (how === 'closes') socket.end()
    else socket.resetAndDestroy()
    await watch.until(told)
    await watch.until('end')
    expect(watch.told).not.toContain('lost')
  })

  it('that loses its power before a CONNACK was not refused', async () => {
    const server = await listen()
    const { watch, device } = puppet('umqtt.simple', server.port)
    await bytesOf(await server.accepted(), CONNECT.length)
    watch.fleet.halt(device, 'power')
    expect(watch.told).toEqual(['open'])
  })

  it.each([
    [1, false, 0],
    [2, true, 0],
    [3, false, 5],
  ])('knows a CONNACK that comes in pieces, the first of %d bytes', async (size, present, code) => {
    const server = await listen()
    const { watch } = puppet('umqtt.simple', server.port)
    const socket = await server.accepted()
    socket.setNoDelay(true)
    const connack = Buffer.from([0x20, 2, present ? 1 : 0, code])
    socket.write(connack.subarray(0, size))
    // The device has read its first byte when it waits for more.
    await new Promise((resolve) => setTimeout(resolve, 20))
    socket.write(connack.subarray(size))
    await watch.until(`connack ${code} ${present}`)
  })

  it('runs threads, timers and locks of a library that has them', async () => {
    const server = await listen()
    const { watch, device } = puppet('quecpython', server.port)
    const socket = await server.accepted()
    socket.write(CONNACK)
    await watch.until('connack 0 false')
    socket.write(hex('32 07 0001 74 0005 3132'))
    const puback = async (): Promise<Buffer> => (await bytesOf(socket, 1)).subarray(-4)
    let all = Buffer.alloc(0)
    while (!all.includes(hex('40020005'))) all = Buffer.concat([all, await puback()])
    expect(device.main).not.toBe(null)
    expect(watch.bugs).toEqual([])
  })

  it('that resets itself is silent, and boots again when the host says so', async () => {
    const server = await listen()
    const watch = new Watch(function* () {
      const socket = yield* board.openSocket()
      yield* board.connectSocket(socket, '127.0.0.1', server.port)
      yield* board.resetBoard()
    })
    const device = watch.fleet.add(0)
    watch.fleet.boot(device)
    await watch.until('reset')
    expect(device.main).toBe(null)
    watch.fleet.boot(device)
    await watch.until('reset', 2)
    expect(watch.bugs).toEqual([])
  })

  it('that never waits lets the others go on', async () => {
    let turns = 0
    const watch = new Watch(function* () {
      while (turns < 5000) {
        yield* board.now()
        turns++
      }
    })
    const device = watch.fleet.add(0)
    watch.fleet.boot(device)
    expect(turns).toBeLessThan(1000)
    await watch.until('end')
    expect(turns).toBe(5000)
  })

  it('tries every address of a name, and the one that answered first from then on', async () => {
    const server = await listen()
    const asked: string[] = []
    const lookup: Lookup = (host, found) => {
      asked.push(host)
      setImmediate(found, null, ['127.0.0.2', '::1', '127.0.0.1'])
    }
    const client = clients['umqtt.simple']
    const options = () => client.identity('dev1', 'six.test', server.port)
    const watch = new Watch((device) => fleetDevice(role('umqtt.simple', server.port, { options }), device), 64, lookup)
    for (const k of [0, 1]) {
      watch.fleet.boot(watch.fleet.add(k))
      const socket = await server.accepted()
      expect(socket.localAddress).toBe('127.0.0.1')
      socket.write(CONNACK)
      await watch.until('connack 0 false', k + 1)
    }
    expect(asked).toEqual(['six.test'])
    expect(watch.told.filter((one) => one.startsWith('failed'))).toEqual([])
  })

  it('fails with the last errno when no address of a name answers, and asks anew', async () => {
    const server = await listen()
    let asked = 0
    const lookup: Lookup = (_, found) => {
      asked++
      found(null, ['127.0.0.2', '127.0.0.3'])
    }
    const client = clients['umqtt.simple']
    const options = () => client.identity('dev1', 'six.test', server.port)
    const watch = new Watch((device) => fleetDevice(role('umqtt.simple', server.port, { options }), device), 64, lookup)
    for (const k of [1, 2]) {
      watch.fleet.boot(watch.fleet.add(k))
      await watch.until('failed ECONNREFUSED', k)
    }
    expect(asked).toBe(2)
  })

  it('raises the errno of a connection that is refused', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const { watch } = puppet('umqtt.simple', port)
    await watch.until('end')
    expect(watch.told).toContain('failed ECONNREFUSED')
    expect((watch.endings[0] as { error: PythonError }).error.args).toEqual(['ECONNREFUSED'])
  })
})

describe('the connect window', () => {
  it('holds a place until the broker’s first byte', async () => {
    const server = await listen()
    const watch = new Watch((device) => fleetDevice(role('umqtt.simple', server.port), device), 2)
    const devices = [0, 1, 2].map((k) => watch.fleet.add(k))
    for (const device of devices) watch.fleet.boot(device)
    const [a] = [await server.accepted(), await server.accepted()]
    expect(watch.fleet.window.queued).toBe(1)
    expect(server.sockets).toEqual([])
    a!.write(CONNACK)
    await server.accepted()
    expect(watch.fleet.window.queued).toBe(0)
  })

  it('takes the place of a broker that says nothing after a second', async () => {
    const server = await listen()
    const watch = new Watch((device) => fleetDevice(role('umqtt.simple', server.port), device), 1)
    for (const k of [0, 1]) watch.fleet.boot(watch.fleet.add(k))
    await server.accepted()
    await server.accepted()
    expect(watch.bugs).toEqual([])
  })
})

describe('timers', () => {
  it('fire in order, the cancelled not at all, and a helper wakes the fleet to a fraction of a millisecond', async () => {
    const watch = new Watch(function* () {})
    const { fleet } = watch
    const fired: string[] = []
    const late: number[] = []
    const done = new Promise<void>((resolve) => {
      const begun = fleet.now()
      for (const [name, wait] of [
        ['c', 30],
        ['a', 10],
        ['b', 20],
        ['cancelled', 15],
      ] as const) {
        const timer = {
          due: Number.POSITIVE_INFINITY,
          fire(now: number) {
            fired.push(name)
            late.push(now - begun - wait)
            if (name === 'c') resolve()
          },
        }
        fleet.at(timer, begun + wait)
        if (name === 'cancelled') fleet.at(timer, Number.POSITIVE_INFINITY)
      }
    })
    await done
    expect(fired).toEqual(['a', 'b', 'c'])
    // Never early; how late is for the benchmark to say.
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
  })
})
