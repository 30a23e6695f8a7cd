// Raw devices on a real link, before a broker's end that the tests hold in their hands.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Decoder, realClock, seeded } from '../../../emulators/index.ts'
import type { CallEvent, Event } from '../../evidence/index.ts'
import { Loopback, type LoopbackPeer } from '../../link/loopback.testing.ts'
import type { PacketFields } from '../../packets/index.ts'
import type { Attachment, Device, GeneralCall } from '../index.ts'
import type { AnswerType } from './answers.ts'
import { rawDevice } from './device.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const hex = (text: string): Uint8Array => Buffer.from(text.replace(/\s/g, ''), 'hex')

const CONNACK = '20020000'
const CONNECT: PacketFields = {
  type: 'connect',
  protocolName: utf8('MQTT'),
  protocolLevel: 4,
  clean: true,
  keepalive: 0,
  clientId: utf8('blue'),
}

let net: Loopback
let device: Device
let bugs: unknown[]

beforeEach(async () => {
  net = await Loopback.open()
  bugs = []
  make()
})

afterEach(async () => {
  await device[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
  expect(bugs).toEqual([])
})

type Login = NonNullable<Attachment['credentials']>
function make(more: { connect?: Partial<PacketFields>; auto?: readonly AnswerType[]; login?: Login } = {}): void {
  device = rawDevice({
    name: 'blue',
    attachment: more.login === undefined ? net.link : attachmentWith(more.login),
    recorder: net.timeline,
    clock: realClock(),
    random: seeded(1),
    onBug: (bug) => bugs.push(bug),
    connect: { ...CONNECT, ...more.connect } as PacketFields,
    auto: new Set(more.auto),
  })
}

/** The link, of a broker that has a login. */
const attachmentWith = (credentials: Login): Attachment => ({
  host: net.link.host,
  port: net.link.port,
  credentials,
  admits: () => net.link.admits(),
  through: (port) => net.link.through(port),
  ending: (port) => net.link.ending(port),
  vanish: (port, how) => net.link.vanish(port, how),
  state: net.link.state,
  set: async () => {},
})

let calls = 0
/** Starts a call; how it ends. */
function call(general: GeneralCall): Promise<CallEvent> {
  const id = `c${++calls}`
  device.call(id, general)
  return outcome(id)
}

async function outcome(id: string): Promise<CallEvent> {
  const ended = (e: Event): boolean => e.kind === 'call' && e.id === id && e.state !== 'started'
  await net.event(ended)
  return net.timeline.events.find(ended) as Event & CallEvent
}

const value = async (general: GeneralCall): Promise<unknown> => {
  const { state, value: returned } = await call(general)
  expect(state).toBe('returned')
  return returned
}

const raised = async (general: GeneralCall): Promise<unknown> => (await call(general)).error

type Send = Extract<GeneralCall, { verb: 'send' }>
const send = (packets: Send['packets'], more: Partial<Send> = {}): Send => ({
  verb: 'send',
  packets,
  cut: { skip: 0, first: null },
  split: { kind: 'packets' },
  ...more,
})
const method = (name: string, ...args: number[]): GeneralCall => ({ verb: 'call', method: name, args, kwargs: {} })
const connect: GeneralCall = { verb: 'connect', clean: undefined }
const publish = (qos: number): GeneralCall => ({
  verb: 'publish',
  topic: 't',
  payload: utf8('x'),
  qos,
  retain: undefined,
})

/** Connected; the broker's end, and what it saw so far is behind it. */
async function connected(): Promise<{ broker: LoopbackPeer; since: () => string }> {
  await device.boot()
  const connecting = value(connect)
  const broker = await net.broker()
  await broker.received(18)
  broker.write(CONNACK)
  await connecting
  const before = broker.length
  return { broker, since: () => broker.bytes.subarray(before).toString('hex') }
}

describe('the login of the broker’s URL', () => {
  const login = { username: 'me', password: 'secret' }
  /** What the broker's end reads in the CONNECT. */
  async function sent(general: GeneralCall): Promise<object> {
    await device.boot()
    const calling = call(general)
    const broker = await net.broker()
    await broker.received(18)
    broker.write(CONNACK)
    await calling
    return new Decoder().push(broker.bytes)[0]!.packet
  }
  const mine = { username: 'me', password: utf8('secret') }

  it('is that of a CONNECT which says nothing of one, by connect and by send', async () => {
    make({ login })
    expect(await sent(connect)).toMatchObject(mine)
    make({ login: { username: 'me' } })
    const packet = await sent(send([CONNECT]))
    expect(packet).toMatchObject({ username: 'me' })
    expect(packet).not.toHaveProperty('password')
  })

  it.each<[string, Partial<PacketFields>]>([
    ['a user name', { username: utf8('you') }],
    ['flags', { connectFlags: 2 }],
  ])('is not that of one which has %s', async (_, more) => {
    make({ login })
    expect(await sent(send([{ ...CONNECT, ...more } as PacketFields]))).not.toMatchObject({ username: 'me' })
  })

  it('is not that of bytes', async () => {
    make({ login })
    expect(await sent(send([hex('10 10 0004 4d515454 04 02 0000 0004 626c7565')]))).not.toHaveProperty('username')
  })
})

describe('send', () => {
  it.each([
    ['connect', 'closed'],
    ['connect', 'reset'],
    ['send', 'closed'],
    ['send', 'reset'],
  ] as const)(
    'by %s a new connection is opened as soon as the record tells that the broker has %s the one before',
    async (verb, end) => {
      const { broker } = await connected()
      if (end === 'closed') broker.socket.end()
      else broker.socket.resetAndDestroy()
      await net.event((e) => e.kind === 'socket' && e.change === end)
      const calling = call(verb === 'connect' ? connect : send([{ type: 'pingreq' }]))
      const next = await net.broker()
      await next.received(verb === 'connect' ? 18 : 2)
      next.write(CONNACK)
      expect((await calling).state).toBe('returned')
    },
  )

  it('opens the connection itself, so that the first packet may be any', async () => {
    await device.boot()
    expect(net.sockets).toEqual([])
    expect(await value(send([{ type: 'publish', topic: utf8('t'), payload: utf8('x') }]))).toBe(6)
    const broker = await net.broker()
    await broker.received(6)
    expect(broker.hex).toBe('300400017478')
  })

  it('in one-byte segments: as many segments arrive as there are bytes', async () => {
    await device.boot()
    await value(send([CONNECT], { split: { kind: 'every', size: 1 } }))
    const broker = await net.broker()
    await broker.received(18)
    expect(broker.sizes).toEqual(Array(18).fill(1))
    expect(net.packets).toMatchObject([{ packet: { type: 'connect', clientId: 'blue' } }])
  })

  it('a packet a segment, or all in one', async () => {
    await device.boot()
    await value(send([{ type: 'pingreq' }, hex('c000'), { type: 'disconnect' }]))
    const broker = await net.broker()
    await broker.received(6)
    await value(send([{ type: 'pingreq' }, { type: 'pingreq' }], { split: { kind: 'joined' } }))
    await broker.received(10)
    expect(broker.sizes).toEqual([2, 2, 2, 4])
  })

  it('a part of a packet, and later the rest', async () => {
    const { broker, since } = await connected()
    const packet: PacketFields = { type: 'publish', topic: utf8('t'), payload: utf8('xyz'), qos: 1, packetId: 9 }
    expect(await value(send([packet], { cut: { skip: 0, first: 4 } }))).toBe(4)
    await broker.until(() => since().length === 8)
    await broker.quiet()
    expect(await value(send([packet], { cut: { skip: 4, first: null } }))).toBe(6)
    await broker.until(() => since().length === 20)
    expect(since()).toBe('320800017400097879' + '7a')
  })

  it('a packet id that is due is the next, and one that is told is that', async () => {
    const { broker, since } = await connected()
    const one: PacketFields = { type: 'publish', topic: utf8('t'), qos: 1 }
    await value(send([one, { ...one, packetId: 700 }, one, { type: 'pubrel', packetId: 5 }]))
    await broker.until(() => since().length === 2 * (7 + 7 + 7 + 4))
    expect(since().match(/320500017[0-9a-f]{5}|6202.{4}/g)).toEqual([
      '32050001740001',
      '320500017402bc',
      '32050001740002',
      '62020005',
    ])
  })

  it('is cut short, and no failure, when the peer resets meanwhile', async () => {
    await device.boot()
    const id = `c${++calls}`
    device.call(id, send([new Uint8Array(2000)], { split: { kind: 'every', size: 1 } }))
    const broker = await net.broker()
    await broker.received(3)
    broker.socket.resetAndDestroy()
    const { state, value: sent } = await outcome(id)
    expect(state).toBe('returned')
    expect(sent).toBeLessThan(2000)
  })

  it('after the peer has closed opens another connection', async () => {
    const { broker } = await connected()
    broker.socket.end()
    await net.event((e) => e.kind === 'socket' && e.change === 'closed')
    await broker.until((p) => p.ended)
    await value(send([{ type: 'pingreq' }]))
    await (await net.broker()).received(2)
    expect(net.sockets).toEqual([
      'connected by device #1',
      'closed by broker #1',
      'both-closed by device #1',
      'connected by device #2',
    ])
  })

  it('raises when nobody is there', async () => {
    await device.boot()
    await net.link.set({ kind: 'down', mode: 'refuse' })
    expect(await raised(send([{ type: 'pingreq' }]))).toEqual({ type: 'OSError', args: ['ECONNREFUSED'] })
    expect(net.sockets).toEqual(['refused by link'])
  })
})

describe('connect', () => {
  it('returns return code and session present', async () => {
    await device.boot()
    const connecting = value(connect)
    const broker = await net.broker()
    await broker.received(18)
    expect(broker.hex).toBe('101000044d5154540402000000' + '04626c7565')
    broker.write('20020100')
    expect(await connecting).toEqual([0, true])
  })

  it.each([
    ['refused by a return code', (b: LoopbackPeer) => b.write('20020005'), { type: 'MQTTException', args: [5] }],
    ['closed', (b: LoopbackPeer) => b.socket.end(), { type: 'EOFError', args: [expect.any(String)] }],
    ['reset', (b: LoopbackPeer) => b.socket.resetAndDestroy(), { type: 'OSError', args: ['ECONNRESET'] }],
  ])('%s: raises', async (_, act, error) => {
    await device.boot()
    const connecting = raised(connect)
    const broker = await net.broker()
    await broker.received(18)
    act(broker)
    expect(await connecting).toEqual(error)
  })

  it('waits, and says what for', async () => {
    await device.boot()
    device.call('hang', connect)
    await (await net.broker()).received(18)
    expect(device.hanging()).toMatch(/^the device has been waiting for CONNACK for /)
    await device.powerOff()
    expect(await outcome('hang')).toMatchObject({ state: 'lost', method: 'connect' })
    expect(device.hanging()).toBeNull()
  })

  it('a second one on the connection that is there is a second CONNECT', async () => {
    const { broker, since } = await connected()
    const again = call(connect)
    await broker.until(() => since().length === 36)
    broker.write(CONNACK)
    await again
    expect(net.sockets).toEqual(['connected by device #1'])
  })

  it.each([
    [3, 'MQIsdp', '00064d514973647003'],
    [5, 'MQTT', '00044d51545405'],
  ])('of level %s', async (protocolLevel, name, start) => {
    make({ connect: { protocolLevel, protocolName: utf8(name) } })
    await device.boot()
    const connecting = call(connect)
    const broker = await net.broker()
    await broker.received(18)
    expect(broker.hex.slice(4)).toMatch(new RegExp(`^${start}`))
    broker.write(protocolLevel === 5 ? '2003000000' : CONNACK)
    expect(await connecting).toMatchObject({ value: [0, false] })
    await value({ verb: 'subscribe', topics: ['t'], qos: 1 })
    const subscribe = protocolLevel === 5 ? '8207000100000174' + '01' : '820600010001740' + '1'
    await broker.until((p) => p.hex.endsWith(subscribe))
  })
})

describe('the other verbs', () => {
  it('send one packet, and return its id', async () => {
    const { broker, since } = await connected()
    expect(await value(publish(0))).toBeNull()
    expect(await value(publish(2))).toBe(1)
    expect(await value({ verb: 'subscribe', topics: ['a', 'b/#'], qos: 1 })).toBe(2)
    expect(await value({ verb: 'unsubscribe', topics: ['a'] })).toBe(3)
    expect(await value({ verb: 'ping' })).toBeNull()
    await broker.until(() => since().endsWith('c000'))
    expect(net.packets.filter((p) => p.direction === 'up').map((p) => p.packet)).toMatchObject([
      { type: 'connect' },
      { type: 'publish', qos: 0 },
      { type: 'publish', qos: 2, packetId: 1 },
      { type: 'subscribe', packetId: 2, subscriptions: [{ topic: 'a' }, { topic: 'b/#' }] },
      { type: 'unsubscribe', packetId: 3, topics: ['a'] },
      { type: 'pingreq' },
    ])
  })

  it('disconnect: DISCONNECT, then FIN', async () => {
    const { broker, since } = await connected()
    await value({ verb: 'disconnect' })
    await broker.until((p) => p.ended)
    expect(since()).toBe('e000')
    expect(await raised({ verb: 'ping' })).toEqual({ type: 'OSError', args: ['ENOTCONN'] })
  })

  it.each<GeneralCall>([{ verb: 'check' }, { verb: 'wait' }, { verb: 'loop', timeout: undefined }, method('teleport')])(
    'what it has not is an AttributeError: %o',
    async (general) => {
      await device.boot()
      expect(await raised(general)).toMatchObject({ type: 'AttributeError' })
    },
  )

  it('packet ids go on over connections, wrap to 1, can be set, and begin anew with a boot', async () => {
    await connected()
    expect([await value(publish(1)), await value(publish(1))]).toEqual([1, 2])
    await value(method('close'))
    await connected()
    expect(await value(publish(1))).toBe(3)
    await value(method('set_packet_id', 65_535))
    expect([await value(publish(1)), await value(publish(1))]).toEqual([65_535, 1])
    await device.reset()
    await connected()
    expect(await value(publish(1))).toBe(1)
    expect(await raised(method('set_packet_id', 0))).toMatchObject({ type: 'ValueError' })
    expect(await raised(method('set_packet_id'))).toMatchObject({ type: 'TypeError' })
  })
})

describe('TCP by itself', () => {
  it('open says nothing', async () => {
    await device.boot()
    await value(method('open'))
    await (await net.broker()).quiet()
  })

  it('close is FIN, reset is RST', async () => {
    await device.boot()
    await value(method('open'))
    const first = await net.broker()
    await value(method('close'))
    await first.until((p) => p.ended)
    await value(method('open'))
    const second = await net.broker()
    await value(method('reset'))
    await second.until((p) => p.error === 'ECONNRESET')
    expect(net.sockets.filter((s) => !s.startsWith('connected'))).toEqual(['closed by device #1', 'reset by device #2'])
    expect(await raised(method('close'))).toEqual({ type: 'OSError', args: ['ENOTCONN'] })
  })

  it('half_close is FIN, and what comes is still read; nothing can be sent', async () => {
    await device.boot()
    const connecting = call(connect)
    const broker = await net.broker()
    await broker.received(18)
    await value(method('half_close'))
    await broker.until((p) => p.ended)
    broker.write(CONNACK)
    expect(await connecting).toMatchObject({ value: [0, false] })
    expect(await raised(send([{ type: 'pingreq' }]))).toEqual({ type: 'OSError', args: ['EPIPE'] })
    broker.socket.end()
    await broker.until((p) => p.closed)
  })

  it('power off: not a byte, no FIN', async () => {
    const { broker, since } = await connected()
    await device.powerOff()
    await broker.quiet()
    expect([since(), broker.ended, device.running]).toEqual(['', false, false])
    expect(() => device.call('x', connect)).toThrow(expect.objectContaining({ code: 'device/off' }))
  })

  it('an attempt into a blackhole waits until the link is up', async () => {
    await device.boot()
    await net.link.set({ kind: 'down', mode: 'blackhole' })
    device.call('late', send([{ type: 'pingreq' }]))
    await Promise.resolve()
    expect(device.hanging()).not.toBeNull()
    await net.link.set({ kind: 'up' })
    expect(await outcome('late')).toMatchObject({ state: 'returned', value: 2 })
    await (await net.broker()).received(2)
  })
})

const PUBLISHES = { 1: '3205000174 00ff', 2: '3405000174 0100' }

describe('what it answers', () => {
  it('without auto: nothing at all', async () => {
    const { broker } = await connected()
    for (const packet of [PUBLISHES[1], PUBLISHES[2], '5002 0007', '6202 0008']) broker.write(hex(packet))
    await net.event((e) => e.kind === 'packet' && e.packet.type === 'pubrel')
    await broker.quiet()
  })

  it.each<[AnswerType, string, string]>([
    ['puback', PUBLISHES[1], '400200ff'],
    ['pubrec', PUBLISHES[2], '50020100'],
    ['pubrel', '5002 ffff', '6202ffff'],
    ['pubcomp', '6202 0008', '70020008'],
  ])('%s: what it is named for, with the id, and no other', async (answer, question, expected) => {
    make({ auto: [answer] })
    const { broker, since } = await connected()
    for (const packet of [PUBLISHES[1], PUBLISHES[2], '5002 ffff', '6202 0008', '30030001 74'])
      broker.write(hex(packet))
    await broker.until(() => since() !== '')
    await broker.quiet()
    expect(since()).toBe(expected)
    expect(question).not.toBe('')
  })

  it('a packet that breaks rules, too: flags of PUBREL, a topic that is no UTF-8', async () => {
    make({ auto: ['puback', 'pubcomp'] })
    const { broker, since } = await connected()
    broker.write(hex('6002 0001 3206 0002 ffff 0003'))
    await broker.until(() => since().length === 16)
    expect(since()).toBe('70020001' + '40020003')
  })

  it('nothing to what is too short to have an id', async () => {
    make({ auto: ['puback', 'pubrec', 'pubrel', 'pubcomp'] })
    const { broker } = await connected()
    broker.write(hex('3200 3402 0009 5001 00 6200'))
    await net.event((e) => e.kind === 'packet' && e.packet.type === 'malformed' && e.packet.claims === 'pubrel')
    await broker.quiet()
  })

  it('not between the segments of a packet', async () => {
    make({ auto: ['puback'] })
    const { broker, since } = await connected()
    const sending = value(
      send([{ type: 'publish', topic: utf8('t'), payload: new Uint8Array(200) }], {
        split: { kind: 'every', size: 1 },
      }),
    )
    await broker.until(() => since().length >= 20)
    broker.write(hex(PUBLISHES[1]))
    await sending
    await broker.until(() => since().endsWith('400200ff'))
    expect(net.packets.filter((p) => p.direction === 'up').map((p) => p.packet.type)).toEqual([
      'connect',
      'publish',
      'puback',
    ])
  })

  it('pingreq: when nothing else was sent for three quarters of the keep alive', async () => {
    make({ auto: ['pingreq'], connect: { keepalive: 1 } })
    const { broker, since } = await connected()
    const first = net.timeline.now()
    await broker.until(() => since() === 'c000')
    expect(net.timeline.now() - first).toBeGreaterThan(650)
    await value(publish(0))
    const last = net.timeline.now()
    await broker.until(() => since().endsWith('78c000'))
    expect(net.timeline.now() - last).toBeGreaterThan(700)
  })

  it('no pingreq without a keep alive, or without a CONNECT', async () => {
    make({ auto: ['pingreq'], connect: { keepalive: 1 } })
    await device.boot()
    await value(send([{ type: 'pingreq' }]))
    const broker = await net.broker()
    await broker.received(2)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(broker.hex).toBe('c000')
  })
})
