import { expect, test } from 'vitest'
import type { DownMode } from './index.ts'
import { Loopback, PINGREQ, PINGRESP, publish } from './loopback.testing.ts'

const up = { kind: 'up' } as const
const down = (mode: DownMode) => ({ kind: 'down', mode }) as const

/** A pair that has exchanged a packet, so that both ends know of each other. */
async function warm(loopback: Loopback) {
  const pair = await loopback.pair()
  pair.device.write(PINGREQ)
  await pair.broker.received(2)
  return pair
}

test('close: FIN to both sides, and to each new attempt', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await warm(loopback)
  await loopback.link.set(down('close'))
  await Promise.all([device, broker].map((peer) => peer.until((p) => p.ended)))
  const late = await loopback.device()
  await late.until((peer) => peer.ended)
  expect([device.error, broker.error, late.error]).toEqual([null, null, null])
  expect(loopback.sockets).toEqual([
    'connected by device #1',
    'closed by link #1',
    'connected by device #2',
    'closed by link #2',
  ])
})

test('close: who writes after the FIN is answered by RST', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await warm(loopback)
  await loopback.link.set(down('close'))
  await device.until((peer) => peer.ended)
  device.write(PINGREQ)
  await loopback.event((e) => e.kind === 'packet' && !e.delivered)
  expect(loopback.packets[1]).toMatchObject({ packet: { type: 'pingreq' } })
  // As with any closed socket, the first write is taken, and a later one finds the RST.
  while (device.error === null) {
    device.write(PINGREQ)
    await new Promise(setImmediate)
  }
  expect(device.error).toMatch(/^(EPIPE|ECONNRESET)$/)
  expect(broker.hex).toBe(PINGREQ)
})

test('reset: RST to both sides, and to each new attempt', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await warm(loopback)
  await loopback.link.set(down('reset'))
  await Promise.all([device, broker].map((peer) => peer.until((p) => p.error === 'ECONNRESET')))
  const late = loopback.attempt()
  await late.until((peer) => peer.error === 'ECONNRESET')
  expect(loopback.sockets.filter((s) => !s.startsWith('connected'))).toEqual(['reset by link #1', 'reset by link #2'])
})

test('refuse: the kernel refuses, and `up` is on the same port again', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await warm(loopback)
  const { port } = loopback.link
  for (let round = 0; round < 3; round++) {
    await loopback.link.set(down('refuse'))
    const refused = loopback.attempt()
    await refused.until((peer) => peer.error === 'ECONNREFUSED')
    await loopback.link.set(up)
    expect(loopback.link.port).toBe(port)
    await warm(loopback)
  }
  expect([device.error, broker.error]).toEqual(['ECONNRESET', 'ECONNRESET'])
  expect(loopback.sockets.slice(0, 3)).toEqual(['connected by device #1', 'reset by link #1', 'connected by device #2'])
})

test('refuse, for devices that tell nobody: accepted, reset, and recorded as refused', async () => {
  await using loopback = await Loopback.open({ refusesByReset: true })
  await loopback.link.set(down('refuse'))
  const late = loopback.attempt()
  await late.until((peer) => peer.error === 'ECONNRESET')
  expect(loopback.sockets).toEqual(['refused by link'])
  await loopback.link.set(up)
  await warm(loopback)
  expect(loopback.sockets.at(-1)).toBe('connected by device #1')
})

test.each(['blackhole', 'silent'] as const)('%s: bytes vanish both ways, and nobody is told', async (mode) => {
  await using loopback = await Loopback.open()
  const { device, broker } = await warm(loopback)
  await loopback.link.set(down(mode))
  device.write(publish('t', 'lost'))
  broker.write(PINGRESP)
  await loopback.event((e) => e.kind === 'packet' && e.direction === 'down')
  await loopback.event((e) => e.kind === 'packet' && e.direction === 'up' && !e.delivered)
  await Promise.all([device.quiet(), broker.quiet()])
  expect(loopback.packets.map((e) => [e.packet.type, e.delivered]).sort()).toEqual([
    ['pingreq', true],
    ['pingresp', false],
    ['publish', false],
  ])
  expect(loopback.sockets).toEqual(['connected by device #1'])
})

test('blackhole: an end passes in neither direction', async () => {
  await using loopback = await Loopback.open()
  const closing = await warm(loopback)
  const resetting = await warm(loopback)
  await loopback.link.set(down('blackhole'))
  closing.broker.socket.end()
  resetting.broker.socket.resetAndDestroy()
  await Promise.all([closing.device.quiet(), resetting.device.quiet()])
  expect(loopback.sockets).toEqual(['connected by device #1', 'connected by device #2'])
  closing.device.socket.end()
  await loopback.ended()
  await closing.device.quiet()
  expect(loopback.sockets.at(-1)).toBe('closed by device #1')
  // Deaf, not lost: it can still be taken down, and each connection has one end.
  await loopback.link.set(down('reset'))
  await Promise.all([closing, resetting].map(({ device }) => device.until((p) => p.error === 'ECONNRESET' || p.closed)))
  expect(loopback.sockets.slice(2)).toEqual(['closed by device #1', 'reset by link #2'])
})

test('what lost bytes stays dead after `up`, and its end passes as RST', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await warm(loopback)
  await loopback.link.set(down('blackhole'))
  await loopback.link.set(up)
  device.write(PINGREQ)
  await loopback.event((e) => e.kind === 'packet' && !e.delivered)
  await Promise.all([device.quiet(), broker.quiet()])
  broker.socket.end()
  await device.until((peer) => peer.error === 'ECONNRESET')
  expect(loopback.sockets).toEqual(['connected by device #1', 'closed by broker #1'])
  await warm(loopback)
})

test('after `up`, bytes for a broker that had closed behind the blackhole are answered by RST', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await warm(loopback)
  await loopback.link.set(down('blackhole'))
  broker.socket.resetAndDestroy()
  await device.quiet()
  await loopback.link.set(up)
  await device.quiet()
  device.write(PINGREQ)
  await device.until((peer) => peer.error === 'ECONNRESET')
  expect(loopback.sockets).toEqual(['connected by device #1', 'reset by broker #1'])
})

test.each(['blackhole', 'silent'] as const)('%s: a new attempt is accepted and never answered', async (mode) => {
  await using loopback = await Loopback.open()
  await loopback.link.set(down(mode))
  const device = await loopback.device()
  device.write(PINGREQ)
  await loopback.event((e) => e.kind === 'packet')
  await device.quiet()
  expect(loopback.packets).toMatchObject([{ packet: { type: 'pingreq' }, connection: 1, delivered: false }])
  await loopback.link.set(up)
  device.write(PINGREQ)
  await device.quiet()
  // The next connection of the broker's is the next attempt's: this one never reached it.
  const { broker } = await warm(loopback)
  expect(broker.hex).toBe(PINGREQ)
})

test('only a blackhole holds attempts of emulated devices back', async () => {
  await using loopback = await Loopback.open()
  const { link } = loopback
  expect(link.admits()).toBe('now')
  for (const mode of ['close', 'reset', 'refuse', 'silent'] as const) {
    await link.set(down(mode))
    expect(link.admits()).toBe('now')
  }
  await link.set(down('blackhole'))
  let admitted = 0
  const waiting = [link.admits(), link.admits()].map(async (admission) => {
    await admission
    admitted++
  })
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(admitted).toBe(0)
  await link.set(up)
  await Promise.all(waiting)
  await link.set(down('blackhole'))
  const last = link.admits()
  await link[Symbol.asyncDispose]()
  await last // whoever waits when the run ends is let go
  expect(link.admits()).toBe('now')
})

test('states that are set without waiting come one after the other', async () => {
  await using loopback = await Loopback.open()
  const { link } = loopback
  await Promise.all([
    link.set(down('refuse')),
    link.set(up),
    link.set(down('refuse')),
    link.set(up),
    link.set(down('refuse')),
  ])
  expect(link.state).toEqual(down('refuse'))
  const device = loopback.attempt()
  await device.until((peer) => peer.error === 'ECONNREFUSED')
  await link.set(up)
  await warm(loopback)
})

test('a reader that waits does not keep a blackhole from swallowing', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await warm(loopback)
  broker.socket.pause()
  const bytes = publish('big', Buffer.alloc(16 * 1024 * 1024))
  let flushed = false
  device.socket.write(bytes, () => {
    flushed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(flushed).toBe(false)
  await loopback.link.set(down('blackhole'))
  await loopback.event((e) => e.kind === 'packet' && e.raw.length === bytes.length && !e.delivered)
})
