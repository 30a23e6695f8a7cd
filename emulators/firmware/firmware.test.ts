import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { CallOutcome, PyValue } from '../board.ts'
import { clients } from '../clients/index.ts'
import { Problem } from '../core/problem.ts'
import { seeded } from '../core/random.ts'
import { type Duration, milliseconds, seconds, VirtualClock } from '../core/time.ts'
import type { Ending } from '../drive/host.ts'
import { type MemoryConnection, MemoryNetwork } from '../drive/memory.ts'
import { ScriptedBoard } from '../drive/scripted.ts'
import { startBoard } from '../drive/single-board.ts'
import { Decoder } from '../mqtt/codec.ts'
import { encode } from '../mqtt/encode.ts'
import type { Packet } from '../mqtt/packet.ts'
import { buttonLed } from './button-led.ts'
import type { FirmwareContext } from './firmware.ts'
import { type FirmwareName, firmware } from './index.ts'

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await turn()
}
const payload = (text: string): Uint8Array => new TextEncoder().encode(text)

interface Setting {
  readonly options?: Record<string, PyValue>
  readonly client?: keyof typeof clients
  readonly poll?: Duration | null
  readonly will?: FirmwareContext['will']
}

/** A firmware on a virtual clock, and a broker that acknowledges whatever it gets. */
function device(name: FirmwareName, setting: Setting = {}) {
  const clock = new VirtualClock()
  const network = new MemoryNetwork()
  const packets: { at: number; packet: Packet }[] = []
  const lines: string[] = []
  const pins: [number, number][] = []
  const outcomes: [string, CallOutcome][] = []
  const endings: Ending[] = []
  const bugs: unknown[] = []
  let resets = 0
  const board = startBoard(
    firmware[name].program({
      client: clients[setting.client ?? 'umqtt.simple'],
      server: 'h',
      port: 1,
      name: 'blue',
      options: setting.options ?? {},
      will: setting.will,
      poll: setting.poll === undefined ? milliseconds(100) : setting.poll,
    }),
    {
      network,
      clock,
      random: seeded(1),
      onPrint: (line) => lines.push(line),
      onPin: (pin, value) => pins.push([pin, value]),
      onOutcome: (id, outcome) => outcomes.push([id, outcome]),
      onEnd: (ending) => endings.push(ending),
      onReset: () => resets++,
      onSocket: () => {},
      onBug: (error) => bugs.push(error),
    },
  )
  const serve = (peer: MemoryConnection): void => {
    const decoder = new Decoder()
    peer.onWrite = (bytes) => {
      for (const { packet } of decoder.push(bytes)) {
        packets.push({ at: clock.now(), packet })
        if (packet.type === 'connect') peer.send(encode({ type: 'connack' }))
        if (packet.type === 'subscribe') peer.send(encode({ type: 'suback', packetId: packet.packetId, granted: [0] }))
        if (packet.type === 'publish' && packet.qos === 1)
          peer.send(encode({ type: 'puback', packetId: packet.packetId! }))
      }
    }
  }
  network.onConnection = serve
  /** Lets the device run until it waits. */
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 3; turns++) await turn()
  }
  let seen = 0
  const connect = async (): Promise<MemoryConnection> => {
    await until(() => network.connections.length > seen)
    seen = network.connections.length
    await settle()
    return network.connections.at(-1)!
  }
  const call = async (id: string, method: string, ...args: PyValue[]): Promise<CallOutcome | undefined> => {
    board.instruct({ id, method, args, kwargs: {} })
    await settle()
    return outcomes.find(([done]) => done === id)?.[1]
  }
  return {
    board,
    clock,
    network,
    packets,
    lines,
    pins,
    outcomes,
    endings,
    bugs,
    settle,
    connect,
    call,
    resets: () => resets,
    publish: (topic: string, text: string | Uint8Array, peer = network.connections.at(-1)!) =>
      peer.send(encode({ type: 'publish', topic, payload: typeof text === 'string' ? payload(text) : text })),
  }
}

describe('button-led', () => {
  it('publishes the button twice a second and lights the LED on anything but 1', async () => {
    const blue = device('button-led', { options: { name: 'blue', peer: 'green' } })
    await blue.connect()
    expect(blue.packets.map(({ packet }) => packet)).toMatchObject([
      { type: 'connect', clientId: 'blue', keepalive: 60, clean: true },
      { type: 'subscribe', subscriptions: [{ topic: 'green/btn/0', qos: 0 }] },
      { type: 'publish', topic: 'blue/btn/0', payload: payload('1'), qos: 0, retain: false },
    ])
    blue.publish('green/btn/0', '1')
    blue.clock.advance(seconds(0.5))
    await blue.settle()
    expect(blue.pins).toEqual([])
    blue.publish('green/btn/0', '0')
    blue.board.setPin(0, 0)
    blue.clock.advance(seconds(0.5))
    await blue.settle()
    expect(blue.pins).toEqual([[2, 1]])
    blue.publish('green/btn/0', '1')
    blue.publish('green/btn/0', '0')
    blue.clock.advance(seconds(0.5))
    await blue.settle()
    blue.clock.advance(seconds(0.5))
    await blue.settle()
    expect(blue.lines).toEqual(['LED 1', 'LED 0', 'LED 1'])
    const published = blue.packets.filter(({ packet }) => packet.type === 'publish')
    expect(published.map(({ at }) => at)).toEqual([0, 500, 1000, 1500, 2000])
    expect(published.map(({ packet }) => packet.type === 'publish' && Buffer.from(packet.payload).toString())).toEqual([
      '1',
      '1',
      '0',
      '0',
      '0',
    ])
  })

  it('has the loop and the pin writes of the tutorial', () => {
    const message = encode({ type: 'publish', topic: 'green/btn/0', payload: payload('0') })
    const script = new ScriptedBoard({
      connections: [
        {
          feed: [
            { data: encode({ type: 'connack' }) },
            { data: encode({ type: 'suback', packetId: 1, granted: [0] }) },
            { data: message },
            { data: message },
          ],
        },
      ],
    })
    const context = { client: clients['umqtt.simple'], server: 'h', port: 1, name: 'blue', poll: null }
    const program = buttonLed.program({ ...context, options: { name: 'blue', peer: 'green' } })
    script.run(program(), { until: seconds(1) })
    expect(script.sleeps).toEqual([seconds(0.5), seconds(0.5)])
    expect(script.pinWrites).toEqual([
      { pin: 2, value: 0 },
      { pin: 2, value: 1 },
      { pin: 2, value: 1 },
    ])
    expect(script.lines).toEqual(['LED 1'])
  })

  it('dies of what its library raises', async () => {
    const blue = device('button-led', { options: { name: 'blue', peer: 'green' } })
    const peer = await blue.connect()
    peer.reset()
    blue.clock.advance(seconds(0.5))
    await blue.settle()
    expect(blue.endings).toMatchObject([{ kind: 'raised', error: { type: 'OSError', args: ['ECONNRESET'] } }])
    expect(blue.lines).toEqual(['Traceback (most recent call last):', 'OSError: ECONNRESET'])
  })
})

describe('room-light', () => {
  const options = { uuid: 'U' }

  it('publishes every two seconds, because it compares whole seconds with >', async () => {
    const light = device('room-light', { client: 'umqttsimple', options })
    await light.connect()
    for (let i = 0; i < 100; i++) {
      light.clock.advance(milliseconds(50))
      await turn()
    }
    expect(light.packets.map(({ packet }) => packet).slice(0, 3)).toMatchObject([
      { type: 'connect' },
      { type: 'subscribe', subscriptions: [{ topic: 'U/living_room/light' }] },
      { type: 'publish', topic: 'U/home/living_room/light', payload: payload('1') },
    ])
    expect(light.packets.filter(({ packet }) => packet.type === 'publish').map(({ at }) => at)).toEqual([0, 2000, 4000])
  })

  it('waits five seconds and resets on OSError, without a DISCONNECT', async () => {
    const light = device('room-light', { client: 'umqttsimple', options })
    const peer = await light.connect()
    peer.reset()
    light.clock.advance(milliseconds(50))
    await turn()
    light.clock.advance(seconds(4.9))
    expect(light.resets()).toBe(0)
    light.clock.advance(seconds(0.2))
    expect(light.resets()).toBe(1)
    expect(peer.gone).toBe('reset')
    await light.connect()
    expect(light.packets.filter(({ packet }) => packet.type === 'connect')).toHaveLength(2)
    expect(light.packets.filter(({ packet }) => packet.type === 'disconnect')).toEqual([])
  })

  it('as printed it dies of its int', async () => {
    for (const asPrinted of [{ fix_payload: false }, { light_status: 1 }] as Record<string, PyValue>[]) {
      const light = device('room-light', { client: 'umqttsimple', options: { ...options, ...asPrinted } })
      await light.connect()
      expect(light.endings).toMatchObject([{ kind: 'raised', error: { type: 'TypeError' } }])
      expect(light.resets()).toBe(0)
    }
  })
})

describe('puppet', () => {
  it('does what it is told, with its will, and polls in between', async () => {
    const will = { topic: 'blue/status', payload: payload('gone'), qos: 1, retain: true }
    const puppet = device('puppet', { options: { keepalive: 9 }, will })
    await puppet.settle()
    puppet.board.instruct({ id: 'a', method: 'connect', args: [false], kwargs: {} })
    const peer = await puppet.connect()
    expect(puppet.packets).toMatchObject([{ packet: { clientId: 'blue', keepalive: 9, clean: false, will } }])
    expect(puppet.outcomes).toEqual([['a', { kind: 'returned', value: 0 }]])
    puppet.publish('a/b', Uint8Array.of(0x68, 0x69, 0x00))
    await puppet.settle()
    expect(puppet.lines).toEqual([])
    puppet.clock.advance(milliseconds(100))
    await puppet.settle()
    expect(puppet.lines).toEqual(['message a/b hi\\x00'])
    expect(await puppet.call('b', 'unknown')).toMatchObject({ kind: 'raised', error: { type: 'AttributeError' } })
    peer.reset()
    puppet.clock.advance(milliseconds(100))
    await puppet.settle()
    expect(puppet.lines.at(-1)).toBe('check_msg raised OSError(ECONNRESET)')
    puppet.clock.advance(seconds(5))
    await puppet.settle()
    expect(puppet.lines).toHaveLength(2)
    expect(puppet.endings).toEqual([])
    expect(puppet.board.pending()).toMatchObject({ call: 'instruction' })
    puppet.board.instruct({ id: 'c', method: 'connect', args: [], kwargs: {} })
    await puppet.connect()
    puppet.publish('a', 'again')
    puppet.clock.advance(milliseconds(100))
    await puppet.settle()
    expect(puppet.lines.at(-1)).toBe('message a again')
    await puppet.call('d', 'disconnect')
    puppet.clock.advance(seconds(1))
    await puppet.settle()
    expect(puppet.lines).toHaveLength(3)
    expect(puppet.bugs).toEqual([])
  })

  it('never polls when told so', async () => {
    const puppet = device('puppet', { poll: null })
    puppet.board.instruct({ id: 'a', method: 'connect', args: [], kwargs: {} })
    await puppet.connect()
    puppet.publish('a', 'b')
    puppet.clock.advance(seconds(60))
    await puppet.settle()
    expect(puppet.lines).toEqual([])
    expect(await puppet.call('b', 'check_msg')).toEqual({ kind: 'returned', value: 48 })
  })

  it('tells wrong options at once', () => {
    expect(() => device('puppet', { options: { colour: 'red' } })).toThrow(Problem)
    expect(() => device('button-led', { options: { name: 'blue' } })).toThrow(Problem)
  })
})
