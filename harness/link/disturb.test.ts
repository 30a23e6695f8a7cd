// A link that disturbs, with real sockets on both sides: ends of connections, later connections, and the link's own.

import { describe, expect, it } from 'vitest'
import type { Problem } from '../../emulators/index.ts'
import { ruleOf } from './disturbances/testing.ts'
import { Loopback, PINGREQ, PINGRESP, publish } from './loopback.testing.ts'

const PUBACK = '40020007'

const codeOf = (act: () => void): string => {
  try {
    act()
  } catch (error) {
    return (error as Problem).code
  }
  return 'none'
}

describe('ends of connections', () => {
  it('FIN comes behind what is late', async () => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(ruleOf('delay', '150ms'))
    const { device, broker } = await loopback.pair()
    device.write(PINGREQ)
    device.socket.end()
    await loopback.event((e) => e.kind === 'socket' && e.change === 'closed')
    expect(broker.ended).toBe(false)
    await broker.until((peer) => peer.ended)
    expect(broker.hex).toBe(PINGREQ)
    expect(loopback.packets.map((p) => [p.end, p.delivered])).toEqual([
      ['device', true],
      ['broker', true],
    ])
  })

  it('RST does not wait: what was late is lost, and that is said', async () => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(ruleOf('delay', '10s'))
    const { device, broker } = await loopback.pair()
    device.write(PINGREQ)
    await loopback.event((e) => e.kind === 'packet')
    device.socket.resetAndDestroy()
    await broker.until((peer) => peer.error === 'ECONNRESET')
    expect(broker.length).toBe(0)
    expect(loopback.faults.at(-1)).toBe('1 packet up did not leave before the connection was over')
  })

  it.each([
    ['close', 'closed by link #1', (p: { ended: boolean; error: string | null }) => p.ended && p.error === null],
    ['reset', 'reset by link #1', (p: { ended: boolean; error: string | null }) => p.error === 'ECONNRESET'],
  ] as const)('cut, %s: both sides see it, one of them after some bytes of the packet', async (mode, told, over) => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(ruleOf('cut', { after: 3, mode }, { direction: 'down' }))
    const { device, broker } = await loopback.pair()
    broker.write(PUBACK)
    await device.until(over)
    await broker.until(over)
    expect(device.hex).toBe('400200')
    expect(loopback.sockets.at(-1)).toBe(told)
    expect(loopback.packets.map((p) => [p.packet.type, p.end])).toEqual([
      ['puback', 'broker'],
      ['malformed', 'device'],
    ])
  })

  it('FIN comes after what is held', async () => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(ruleOf('hold', {}, { packet: ['pingreq'] }))
    const { device, broker } = await loopback.pair()
    device.write(PINGREQ + PUBACK)
    device.socket.end()
    await loopback.event((e) => e.kind === 'socket' && e.change === 'closed')
    await broker.received(4)
    await broker.quiet()
    expect([broker.hex, broker.ended]).toEqual([PUBACK, false])
    loopback.link.release('hold')
    await broker.until((peer) => peer.ended)
    expect(broker.hex).toBe(PUBACK + PINGREQ)
    expect(loopback.packets.map((p) => [p.packet.type, p.end, p.delivered, p.held])).toEqual([
      ['pingreq', 'device', false, true],
      ['puback', undefined, true, undefined],
      ['pingreq', 'broker', true, undefined],
    ])
  })

  it('release after the connection is gone does nothing, and the loss was told', async () => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(ruleOf('hold'))
    const { device, broker } = await loopback.pair()
    device.write(PINGREQ)
    await loopback.event((e) => e.kind === 'packet')
    device.socket.resetAndDestroy()
    await broker.until((peer) => peer.error === 'ECONNRESET')
    expect(loopback.faults.at(-1)).toBe('hold (hold) loses 1 held: the connection is over')
    expect(loopback.link.release('hold')).toBe(true)
    expect(broker.length).toBe(0)
  })

  it('a link that is closed gives back what is held, before the connection ends', async () => {
    const loopback = await Loopback.open()
    loopback.link.disturb(ruleOf('hold', {}, { packet: ['pingreq'] }))
    const { device, broker } = await loopback.pair()
    device.write(`${PINGREQ}e000`)
    await broker.received(2)
    expect(broker.hex).toBe('e000')
    const closing = loopback[Symbol.asyncDispose]()
    await broker.received(4)
    expect(broker.hex).toBe(`e000${PINGREQ}`)
    await closing
  })

  it('a link that goes down loses what is on its way', async () => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(ruleOf('delay', '50ms'))
    const { device, broker } = await loopback.pair()
    device.write(PINGREQ)
    await loopback.event((e) => e.kind === 'packet')
    await loopback.link.set({ kind: 'down', mode: 'blackhole' })
    await broker.quiet()
    expect(broker.length).toBe(0)
  })
})

describe('connections', () => {
  it('a disturbance goes on in later ones, and counts on', async () => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(ruleOf('drop', {}, { packet: ['pingreq'], nth: 2, times: 1 }))
    const first = await loopback.pair()
    first.device.write(PINGREQ)
    await first.broker.received(2)
    const second = await loopback.pair()
    second.device.write(`${PINGREQ}${PINGREQ}${PUBACK}`)
    await second.broker.received(6)
    expect(second.broker.hex).toBe(PINGREQ + PUBACK)
    const third = await loopback.pair()
    third.device.write(PINGREQ)
    await third.broker.received(2)
  })

  it('connection: this is the latest one, alone', async () => {
    await using loopback = await Loopback.open()
    const rule = ruleOf('drop', {}, { packet: ['pingreq'], connection: 'this' })
    expect(codeOf(() => loopback.link.disturb(rule))).toBe('device/not-connected')
    const first = await loopback.pair()
    const second = await loopback.pair()
    loopback.link.disturb(rule)
    const third = await loopback.pair()
    for (const { device } of [first, second, third]) device.write(PINGREQ + PUBACK)
    await first.broker.received(6)
    await second.broker.received(4)
    await third.broker.received(6)
    expect(second.broker.hex).toBe(PUBACK)
  })

  it('up and down are disturbed apart', async () => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(ruleOf('drop', {}, { direction: 'down' }))
    const { device, broker } = await loopback.pair()
    device.write(PUBACK)
    await broker.received(4)
    broker.write(PINGRESP)
    await loopback.event((e) => e.kind === 'packet' && e.direction === 'down')
    await device.quiet()
    expect(device.length).toBe(0)
  })
})

describe('ids', () => {
  it('one that is at work cannot begin again; one that is used up can', async () => {
    await using loopback = await Loopback.open()
    const { device, broker } = await loopback.pair()
    const once = ruleOf('drop', {}, { packet: ['pingreq'], times: 1 })
    loopback.link.disturb(once)
    expect(codeOf(() => loopback.link.disturb(once))).toBe('link/disturbance-twice')
    device.write(PINGREQ + PUBACK)
    await broker.received(4)
    loopback.link.disturb(once)
    device.write(PINGREQ + PUBACK)
    await broker.received(8)
    expect(broker.hex).toBe(PUBACK + PUBACK)
  })

  it('one that holds something is at work', async () => {
    await using loopback = await Loopback.open()
    const { device } = await loopback.pair()
    loopback.link.disturb(ruleOf('hold', {}, { times: 1 }))
    device.write(PINGREQ)
    await loopback.link.holding('hold', 1)
    expect(codeOf(() => loopback.link.disturb(ruleOf('hold')))).toBe('link/disturbance-twice')
  })

  it('one that never was cannot be released', async () => {
    await using loopback = await Loopback.open()
    expect(loopback.link.release('nobody')).toBe(false)
    expect(loopback.link.holding('nobody', 1)).toBeNull()
  })
})

describe('inject', () => {
  it('to both sides, and the record says whose it is', async () => {
    await using loopback = await Loopback.open()
    const { device, broker } = await loopback.pair()
    loopback.link.inject('device', Buffer.from(PINGRESP, 'hex'))
    loopback.link.inject('broker', Buffer.from('e000', 'hex'))
    await device.received(2)
    await broker.received(2)
    expect([device.hex, broker.hex]).toEqual([PINGRESP, 'e000'])
    expect(loopback.packets.map((p) => [p.packet.type, p.direction, p.end, p.by])).toEqual([
      ['pingresp', 'down', 'device', 'link'],
      ['disconnect', 'up', 'broker', 'link'],
    ])
  })

  it('not without a connection, and not when the link is down', async () => {
    await using loopback = await Loopback.open()
    const inject = () => loopback.link.inject('device', Buffer.from(PINGRESP, 'hex'))
    expect(codeOf(inject)).toBe('device/not-connected')
    await loopback.pair()
    await loopback.link.set({ kind: 'down', mode: 'silent' })
    expect(codeOf(inject)).toBe('device/not-connected')
  })
})

describe('much', () => {
  it('a reader that waits holds the writer back, also through a disturbance', async () => {
    await using loopback = await Loopback.open()
    loopback.link.disturb(ruleOf('split', { bytes: 10_000 }))
    const { device, broker } = await loopback.pair()
    broker.socket.pause()
    const packets = Array.from({ length: 200 }, (_, k) => publish('t', Buffer.alloc(100_000, k)))
    const whole = Buffer.concat(packets)
    let drained = false
    device.socket.write(whole, () => {
      drained = true
    })
    await loopback.event((e) => e.kind === 'packet')
    await device.quiet()
    expect(drained).toBe(false)
    broker.socket.resume()
    await broker.received(whole.length)
    expect(broker.bytes.equals(whole)).toBe(true)
  })
})
