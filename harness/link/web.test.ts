// A link of a WebSocket, with real sockets on both sides: what it passes, what it records, what it makes anew.

import { describe, expect, it } from 'vitest'
import type { FrameEvent } from '../evidence/index.ts'
import { type Frame, FrameDecoder, frameBytes } from '../websocket/index.ts'
import { ruleOf } from './disturbances/testing.ts'
import { Loopback, type LoopbackPeer, PINGREQ, publish } from './loopback.testing.ts'

const REQUEST = [
  'GET /mqtt?token=secret HTTP/1.1',
  'Host: link:1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: mqtt, x',
  'Sec-WebSocket-Extensions: permessage-deflate',
].join('\r\n')
const ANSWER = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mqtt'
const END = '\r\n\r\n'

const up = (...[opcode, payload, final]: [Parameters<typeof frameBytes>[0], Uint8Array, boolean?]) =>
  frameBytes(opcode, payload, { masked: true, ...(final === undefined ? {} : { final }) })
const down = (opcode: Parameters<typeof frameBytes>[0], payload: Uint8Array) =>
  frameBytes(opcode, payload, { masked: false })

/** After the handshake; `device` and `broker` have seen the other's head. */
async function open() {
  const loopback = await Loopback.open({ websocket: true })
  const { device, broker } = await loopback.pair()
  device.write(Buffer.from(REQUEST + END))
  await broker.until((peer) => peer.bytes.includes(END))
  broker.write(Buffer.from(ANSWER + END))
  await device.until((peer) => peer.bytes.includes(END))
  const heads = { device: device.length, broker: broker.length }
  const frames = (of: 'device' | 'broker', peer: LoopbackPeer): Frame[] =>
    new FrameDecoder().push(peer.bytes.subarray(heads[of]))
  return {
    loopback,
    device,
    broker,
    heads,
    atBroker: () => frames('broker', broker),
    atDevice: () => frames('device', device),
    frames: () => loopback.timeline.events.filter((e): e is typeof e & FrameEvent => e.kind === 'frame'),
    [Symbol.asyncDispose]: () => loopback[Symbol.asyncDispose](),
  }
}

describe('the handshake', () => {
  it('is recorded; the broker is asked for by its own name, and for no compression', async () => {
    await using web = await open()
    const asked = web.broker.bytes.toString()
    expect(asked).toMatch(/^Host: 127\.0\.0\.1:\d+$/m)
    expect(asked).not.toContain('link:1')
    expect(asked).not.toContain('Extensions')
    expect(asked).toContain('Sec-WebSocket-Protocol: mqtt, x')
    expect(web.device.bytes.toString()).toBe(ANSWER + END)
    expect(web.loopback.timeline.events.filter((e) => e.kind === 'upgrade')).toMatchObject([
      { direction: 'up', connection: 1, subprotocols: ['mqtt', 'x'], path: '/mqtt' },
      { direction: 'down', connection: 1, subprotocols: ['mqtt'], status: 101 },
    ])
  })

  it('that is refused: the answer passes with all that is behind it', async () => {
    await using loopback = await Loopback.open({ websocket: true })
    const { device, broker } = await loopback.pair()
    device.write(Buffer.from(REQUEST + END))
    await broker.until((peer) => peer.bytes.includes(END))
    const refused = `HTTP/1.1 404 Not Found\r\nContent-Length: 4${END}gone`
    broker.write(Buffer.from(refused))
    await device.until((peer) => peer.bytes.toString() === refused)
    expect(loopback.timeline.events.at(-1)).toMatchObject({ kind: 'upgrade', status: 404, subprotocols: [] })
  })

  it('that is none: MQTT on bare TCP passes as it is', async () => {
    await using loopback = await Loopback.open({ websocket: true })
    const { device, broker } = await loopback.pair()
    device.write(publish('a', 'b'))
    await broker.until((peer) => peer.bytes.equals(publish('a', 'b')))
  })
})

describe('frames', () => {
  it('pass untouched, and packets are found wherever they begin and end', async () => {
    await using web = await open()
    const [one, two, three] = [publish('a', 'one'), publish('a', 'two'), publish('a', 'three')]
    const sent = Buffer.concat([
      up('binary', Buffer.concat([one, two.subarray(0, 3)])),
      up('ping', Buffer.from('hi')),
      up('binary', two.subarray(3, 5), false),
      up('continuation', Buffer.concat([two.subarray(5), three])),
      up('text', publish('a', 'no packet')),
    ])
    web.device.write(sent)
    await web.broker.received(web.heads.broker + sent.length)
    expect(web.broker.bytes.subarray(web.heads.broker)).toEqual(sent)
    expect(web.loopback.packets.map(({ raw, offset }) => [Buffer.from(raw), offset])).toEqual([
      [one, 0],
      [two, one.length],
      [three, one.length + two.length],
    ])
    expect(web.frames().map(({ opcode, final, length }) => [opcode, final, length])).toEqual([
      ['binary', true, one.length + 3],
      ['ping', true, 2],
      ['binary', false, 2],
      ['continuation', true, two.length - 5 + three.length],
      ['text', true, publish('a', 'no packet').length],
    ])
  })

  it('that come byte by byte', async () => {
    await using web = await open()
    const sent = Buffer.from(up('binary', publish('a', 'x')))
    for (const byte of sent) web.device.write(Uint8Array.of(byte))
    await web.broker.received(web.heads.broker + sent.length)
    expect(web.broker.bytes.subarray(web.heads.broker)).toEqual(sent)
    expect(web.loopback.packets).toHaveLength(1)
  })

  it('of which the end never comes: the beginning passes before FIN', async () => {
    await using web = await open()
    const half = Buffer.from(up('binary', publish('a', 'x'))).subarray(0, 7)
    web.device.write(half)
    web.device.socket.end()
    await web.broker.until((peer) => peer.ended)
    expect(web.broker.bytes.subarray(web.heads.broker)).toEqual(half)
  })

  it('of close: who sends it has ended the connection, whoever says FIN', async () => {
    await using web = await open()
    web.device.write(up('close', Buffer.from([1003 >> 8, 1003 & 255])))
    await web.loopback.ended()
    web.broker.socket.end()
    await web.device.until((peer) => peer.ended)
    const ends = web.loopback.timeline.events.filter((e) => e.kind === 'socket' && e.change !== 'connected')
    expect(ends).toMatchObject([
      { change: 'closed', by: 'device', detail: 'close frame 1003' },
      { change: 'both-closed', by: 'broker' },
    ])
    expect(web.frames()).toMatchObject([{ opcode: 'close', code: 1003, delivered: true }])
  })

  it('that a blackhole swallows are recorded as such, whatever they are', async () => {
    await using web = await open()
    await web.loopback.link.set({ kind: 'down', mode: 'blackhole' })
    web.device.write(up('ping', Buffer.alloc(0)))
    web.device.write(up('binary', publish('a', 'x')))
    await web.loopback.event((e) => e.kind === 'packet')
    await web.broker.quiet()
    expect(web.frames().map(({ opcode, delivered }) => [opcode, delivered])).toEqual([
      ['ping', false],
      ['binary', false],
    ])
    expect(web.loopback.packets).toMatchObject([{ delivered: false }])
  })
})

describe('a disturbance', () => {
  it('makes new frames of what it hits; the receiver finds the same bytes', async () => {
    await using web = await open()
    web.loopback.link.disturb(ruleOf('split', { bytes: 3 }))
    web.device.write(up('binary', publish('a', 'xyz')))
    await web.broker.until(() => Buffer.concat(web.atBroker().map((f) => f.payload)).length === 8)
    expect(web.atBroker().map(({ opcode, payload }) => [opcode, payload.length])).toEqual([
      ['binary', 3],
      ['binary', 3],
      ['binary', 2],
    ])
    expect(Buffer.concat(web.atBroker().map((f) => f.payload))).toEqual(publish('a', 'xyz'))
    expect(web.frames().filter((f) => f.by === 'link')).toHaveLength(3)
  })

  it('leaves the frames alone of what it does not hit, also when a packet of them was dropped', async () => {
    await using web = await open()
    web.loopback.link.disturb(ruleOf('drop', {}, { packet: ['publish'] }))
    const kept = [up('binary', Buffer.from('c000', 'hex')), up('binary', Buffer.from('40020007c000', 'hex'))]
    web.device.write(Buffer.concat([kept[0]!, up('binary', publish('a', 'x')), kept[1]!]))
    await web.broker.until(() => web.atBroker().length === 2)
    expect(web.broker.bytes.subarray(web.heads.broker)).toEqual(Buffer.concat(kept))
    expect(web.frames().map(({ length, delivered, by }) => [length, delivered, by])).toEqual([
      [2, true, undefined],
      [6, false, undefined],
      [6, true, undefined],
    ])
  })

  it('and a packet in two frames that nothing hits passes in both, as they come', async () => {
    await using web = await open()
    web.loopback.link.disturb(ruleOf('drop', {}, { packet: ['pingreq'], mayWant: (begun) => begun[0]! >> 4 === 12 }))
    const packet = publish('a', 'in two frames')
    const first = up('binary', packet.subarray(0, 5))
    web.device.write(first)
    await web.broker.until(() => web.atBroker().length === 1)
    const second = up('binary', packet.subarray(5))
    web.device.write(second)
    await web.broker.until(() => web.atBroker().length === 2)
    expect(web.broker.bytes.subarray(web.heads.broker)).toEqual(Buffer.concat([first, second]))
    expect(web.frames().every(({ delivered, by }) => delivered && by === undefined)).toBe(true)
  })

  it('loses a text frame that waits when the network goes down, and that is told', async () => {
    await using web = await open()
    web.loopback.link.disturb(ruleOf('delay', '1h'))
    web.device.write(Buffer.concat([up('binary', publish('a', 'x')), up('text', Buffer.from('hi'))]))
    await web.loopback.event((e) => e.kind === 'frame' && e.opcode === 'text')
    await web.loopback.link.set({ kind: 'down', mode: 'blackhole' })
    expect(web.loopback.faults.at(-1)).toBe('1 packet and 1 frame up did not leave before the connection was over')
  })

  it('does not hold back a text frame that is injected', async () => {
    await using web = await open()
    web.loopback.link.disturb(ruleOf('delay', '1h', { direction: 'down' }))
    web.broker.write(down('binary', Buffer.from('d000', 'hex')))
    await web.loopback.event((e) => e.kind === 'packet')
    web.loopback.link.inject('device', Buffer.from('hi'), { frame: 'text' })
    await web.device.until(() => web.atDevice().length === 1)
    expect(web.atDevice()).toMatchObject([{ opcode: 'text' }])
  })

  it('does not let a close frame overtake what is late', async () => {
    await using web = await open()
    web.loopback.link.disturb(ruleOf('delay', '150ms'))
    web.device.write(Buffer.concat([up('binary', publish('a', 'x')), up('close', Buffer.from([3, 232]))]))
    web.device.socket.end()
    await web.broker.until((peer) => peer.ended)
    expect(web.atBroker().map(({ opcode }) => opcode)).toEqual(['binary', 'close'])
  })

  it('in the middle of a fragmented message leaves a message that is whole', async () => {
    await using web = await open()
    const packet = publish('a', 'fragments')
    web.device.write(up('binary', packet.subarray(0, 4), false))
    await web.broker.until(() => web.atBroker().length === 1)
    web.loopback.link.disturb(ruleOf('split', { bytes: 2 }))
    web.device.write(up('continuation', packet.subarray(4, 6), false))
    web.device.write(up('continuation', packet.subarray(6)))
    web.device.write(up('binary', publish('a', 'y')))
    const bytes = () => Buffer.concat(web.atBroker().map((f) => f.payload))
    await web.broker.until(() => bytes().length === packet.length + 6)
    expect(bytes()).toEqual(Buffer.concat([packet, publish('a', 'y')]))
    // No message begins before the last has ended, and none goes on that has not begun [RFC 6455, 5.4].
    let begun = false
    for (const { opcode, final } of web.atBroker()) {
      expect(opcode === 'continuation').toBe(begun)
      begun = !final
    }
    expect(begun).toBe(false)
  })
})

describe('what the link injects', () => {
  it('is a frame of its own, masked on the way up and not on the way down', async () => {
    await using web = await open()
    web.loopback.link.inject('device', Buffer.from('d000', 'hex'))
    web.loopback.link.inject('broker', Buffer.from(PINGREQ, 'hex'))
    await web.device.until(() => web.atDevice().length === 1)
    await web.broker.until(() => web.atBroker().length === 1)
    expect(web.device.bytes.subarray(web.heads.device).toString('hex')).toBe('8202d000')
    expect(web.broker.bytes[web.heads.broker + 1]! & 0x80).toBe(0x80)
    expect(web.loopback.packets).toMatchObject([
      { by: 'link', packet: { type: 'pingresp' } },
      { by: 'link', packet: { type: 'pingreq' } },
    ])
  })

  it('may be a text frame, in which there is no packet', async () => {
    await using web = await open()
    web.loopback.link.inject('device', publish('a', 'x'), { frame: 'text' })
    await web.device.until(() => web.atDevice().length === 1)
    expect(web.atDevice()).toMatchObject([{ opcode: 'text', payload: publish('a', 'x') }])
    expect(web.loopback.packets).toEqual([])
    expect(web.frames()).toMatchObject([{ opcode: 'text', by: 'link', direction: 'down' }])
  })

  it('needs a WebSocket', async () => {
    await using plain = await Loopback.open()
    await plain.pair()
    expect(() => plain.link.inject('device', publish('a', 'x'), { frame: 'text' })).toThrow('no WebSocket')
    await using early = await Loopback.open({ websocket: true })
    await early.pair()
    expect(() => early.link.inject('device', publish('a', 'x'))).toThrow('no connection to inject into')
  })
})

it('what comes down is as good as what goes up', async () => {
  await using web = await open()
  const sent = Buffer.concat([down('binary', publish('a', 'x')), down('pong', Buffer.alloc(0))])
  web.broker.write(sent)
  await web.device.received(web.heads.device + sent.length)
  expect(web.device.bytes.subarray(web.heads.device)).toEqual(sent)
  expect(web.loopback.packets).toMatchObject([{ direction: 'down', delivered: true }])
})
