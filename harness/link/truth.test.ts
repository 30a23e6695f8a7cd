// The link tells the truth: what it holds is bounded, what it was told to do it does now, and what does not leave is
// told. Each of these was once otherwise.

import { describe, expect, it } from 'vitest'
import type { Packet } from '../../emulators/index.ts'
import { Brake } from './brake.ts'
import { Pipe, ruleOf } from './disturbances/testing.ts'
import { Loopback, type LoopbackPeer, PINGREQ, PINGRESP, publish } from './loopback.testing.ts'
import { Rule } from './rule.ts'

const PUBACK = '40020007'
const DIRECTIONS = ['up', 'down'] as const

/** The end that sends in that direction, and the one that receives. */
const endsOf = (direction: 'up' | 'down', { device, broker }: { device: LoopbackPeer; broker: LoopbackPeer }) =>
  direction === 'up'
    ? { from: device, to: broker, at: 'device' as const }
    : { from: broker, to: device, at: 'broker' as const }

describe.each(DIRECTIONS)('back-pressure, %s', (direction) => {
  it.each([
    ['delay', '40ms'],
    ['split', { bytes: 10_000 }],
    ['throttle', '100MB/s'],
    ['duplicate', {}],
    ['corrupt', { at: -1, xor: 1 }],
  ] as const)('%s: a reader that reads nothing stops the sender', async (name, settings) => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(ruleOf(name, settings, { direction }))
    const { from, to } = endsOf(direction, await loopback.pair())
    to.socket.pause()
    const packet = publish('x', Buffer.alloc(20_000, 1))
    let sent = 0
    const more = (): void => {
      while (sent < 2000 && from.socket.write(packet)) sent++
    }
    from.socket.on('drain', more)
    more()
    // What the kernel's buffers take, several times, is less than all by far.
    let before = -1
    while (sent !== before) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    expect(sent).toBeLessThan(1500)
    expect(loopback.packets.length * 20_000).toBeLessThan(30_000_000)
    to.socket.resume()
    await to.received(20_000 * 100)
  })
})

describe.each(DIRECTIONS)('packets that nothing hits, %s', (direction) => {
  it('pass as they come, also in parts, and are one event', async () => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(
      ruleOf('drop', {}, { direction, packet: ['pingreq'], mayWant: (begun) => begun[0]! >> 4 === 12 }),
    )
    const { from, to } = endsOf(direction, await loopback.pair())
    from.write('3010000161')
    await to.received(5)
    expect(to.hex).toBe('3010000161')
    from.write(`${'00'.repeat(13)}${PINGREQ}${PUBACK}`)
    await to.received(22)
    expect(to.hex).toBe(`3010000161${'00'.repeat(13)}${PUBACK}`)
    expect(loopback.packets.map(({ packet, end, delivered }) => [packet.type, end, delivered])).toEqual([
      ['publish', undefined, true],
      ['pingreq', endsOf(direction, { device: from, broker: from }).at, false],
      ['puback', undefined, true],
    ])
  })
})

describe('release means now', () => {
  it.each([
    ['delay', '1h', ''],
    ['throttle', '10B/s', ''],
    ['split', { bytes: 1, gap: '1h' }, '40'],
  ] as const)('%s', (name, settings, before) => {
    const pipe = new Pipe()
    const rule = pipe.disturb(name, settings)
    pipe.come(PUBACK + PUBACK)
    expect(pipe.hex).toBe(before)
    pipe.flow.release(rule)
    expect(pipe.hex).toBe(PUBACK + PUBACK)
  })

  it('and what another disturbance asks for still holds', () => {
    const pipe = new Pipe()
    const rule = pipe.disturb('delay', '1h')
    pipe.disturb('delay', '10ms', { id: 'other' })
    pipe.come(PUBACK)
    pipe.flow.release(rule)
    pipe.pass(9)
    expect(pipe.hex).toBe('')
    pipe.pass(1)
    expect(pipe.hex).toBe(PUBACK)
  })
})

describe('inject', () => {
  it('goes out before what is delayed', () => {
    const pipe = new Pipe()
    pipe.disturb('delay', '1h')
    pipe.come(PUBACK)
    pipe.flow.inject(Buffer.from(PINGREQ, 'hex'))
    expect(pipe.hex).toBe(PINGREQ)
  })

  it('after a packet that is never finished is told as lost', () => {
    const pipe = new Pipe()
    pipe.come('30100001')
    pipe.flow.inject(Buffer.from(PINGREQ, 'hex'))
    let ended = false
    pipe.flow.end(() => {
      ended = true
    })
    expect([pipe.hex, ended, pipe.told]).toEqual(['30100001', true, ['lost 1']])
  })

  it('takes the newest connection that is open in that direction, or the one that is named', async () => {
    await using loopback = await Loopback.open()
    const first = await loopback.pair()
    const second = await loopback.pair()
    second.device.socket.end()
    await second.broker.until((peer) => peer.ended)
    const bytes = Buffer.from(PINGRESP, 'hex')
    loopback.link.inject('device', bytes)
    loopback.link.inject('broker', Buffer.from(PINGREQ, 'hex'))
    await second.device.received(2)
    await first.broker.received(2)
    loopback.link.inject('device', bytes, { connection: 1 })
    await first.device.received(2)
    expect(() => loopback.link.inject('broker', bytes, { connection: 2 })).toThrow('no open connection 2')
    expect(loopback.packets.map(({ connection, direction }) => [connection, direction])).toEqual([
      [2, 'down'],
      [1, 'up'],
      [1, 'down'],
    ])
  })
})

describe('the record', () => {
  it('has what came after a cut in the same segment, as not delivered', () => {
    const pipe = new Pipe()
    pipe.disturb('cut', { after: 2 }, { times: 1 })
    pipe.come(PUBACK + PINGREQ)
    expect(pipe.record).toEqual(['puback at the device', 'malformed at the broker', 'pingreq, lost'])
  })

  it('has an unfinished packet before the RST that answers it, once', async () => {
    await using loopback = await Loopback.open()
    const { device, broker } = await loopback.pair()
    device.write('474554202f')
    await broker.received(5)
    broker.socket.resetAndDestroy()
    await device.until((peer) => peer.error === 'ECONNRESET')
    const after = loopback.timeline.events.filter(({ kind }) => kind !== 'fault').slice(1)
    expect(after.map((event) => (event.kind === 'packet' ? [event.packet.type, event.delivered] : event.kind))).toEqual(
      [['malformed', true], 'socket'],
    )
  })

  it('has the RST of a broker after the FIN of a device', async () => {
    await using loopback = await Loopback.open()
    const { device, broker } = await loopback.pair()
    device.socket.end()
    await broker.until((peer) => peer.ended)
    broker.socket.resetAndDestroy()
    await device.until((peer) => peer.error === 'ECONNRESET')
    expect(loopback.sockets).toEqual(['connected by device #1', 'closed by device #1', 'reset by broker #1'])
  })

  it('has bytes that belong to no packet', () => {
    const pipe = new Pipe()
    pipe.come('308080808080')
    pipe.come('0102')
    expect(pipe.record).toEqual(['malformed'])
    expect(Buffer.concat(pipe.unread.map(({ bytes }) => bytes)).toString('hex')).toBe('800102')
  })
})

describe('after a packet was changed', () => {
  it.each(['corrupt', 'truncate'] as const)('%s: the next disturbance reads MQTT 5 as MQTT 5', (name) => {
    const pipe = new Pipe()
    pipe.come('101000044d5154540502000000000362656e') // CONNECT of level 5
    const seen: unknown[] = []
    pipe.disturb(name, name === 'corrupt' ? { at: -1, xor: 1 } : { after: 8 }, { packet: ['publish'] })
    const look = (packet: Packet): boolean => {
      seen.push(packet.type === 'publish' ? Buffer.from(packet.payload).toString() : packet.type)
      return false
    }
    pipe.flow.disturb(new Rule({ ...ruleOf('drop'), wants: look }, 'blue', null))
    pipe.come('3006000161006869') // "hi" after no properties
    expect(seen).toEqual([name === 'corrupt' ? 'hh' : 'hi'])
  })
})

describe('limits', () => {
  it('a packet that is longer than a link may hold is told, and not kept', () => {
    const pipe = new Pipe({ packet: 1000 })
    pipe.come(Buffer.concat([Buffer.from([0x30, 0xff, 0xff, 0x7f]), Buffer.alloc(900)]))
    expect(pipe.told).toEqual([])
    pipe.come(Buffer.alloc(200))
    expect(pipe.told).toEqual(['link/packet-limit'])
    expect(pipe.hex.length).toBe(2 * 1104)
  })

  it('packets that a disturbance keeps are counted', () => {
    const pipe = new Pipe({ held: 4000 })
    pipe.disturb('hold')
    for (let k = 0; k < 3; k++) pipe.come(publish('a', Buffer.alloc(500)))
    expect(pipe.told).toEqual([])
    pipe.come(publish('a', Buffer.alloc(500)))
    expect(pipe.told).toEqual(['link/held-limit'])
  })

  it('many small segments leave everything else its turn', () => {
    const pipe = new Pipe()
    pipe.disturb('split', { bytes: 1 })
    pipe.come(publish('a', Buffer.alloc(100_000)))
    expect(pipe.writes.length).toBeLessThan(1000)
    pipe.pass(1)
    expect(pipe.hex.length).toBe(2 * (100_000 + 7))
  })
})

it('a source goes on only when no reason to stop it is left', () => {
  const told: string[] = []
  const brake = new Brake({ pause: () => told.push('pause'), resume: () => told.push('resume') })
  brake.hold('sink')
  brake.hold('waiting')
  brake.free('waiting')
  brake.free('waiting')
  expect(told).toEqual(['pause'])
  brake.free('sink')
  expect(told).toEqual(['pause', 'resume'])
  brake.release()
  brake.hold('sink')
  expect(told).toEqual(['pause', 'resume', 'resume'])
})
