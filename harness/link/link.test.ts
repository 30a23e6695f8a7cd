import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openLink } from './index.ts'
import { Loopback, PINGREQ, PINGRESP, publish } from './loopback.testing.ts'

const text = (s: string) => new TextEncoder().encode(s)

test('bytes pass untouched both ways, and the packets are in the timeline', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  device.write(PINGREQ)
  await broker.received(2)
  broker.write(PINGRESP)
  await device.received(2)
  expect([broker.hex, device.hex]).toEqual([PINGREQ, PINGRESP])
  expect(loopback.packets).toMatchObject([
    { device: 'blue', direction: 'up', connection: 1, packet: { type: 'pingreq' }, offset: 0, delivered: true },
    { device: 'blue', direction: 'down', connection: 1, packet: { type: 'pingresp' }, offset: 0, delivered: true },
  ])
  expect(Buffer.from(loopback.packets[0]!.raw).toString('hex')).toBe(PINGREQ)
  expect(loopback.sockets).toEqual(['connected by device #1'])
})

test('a packet is recorded before the bytes that complete it go on', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  let recorded = -1
  broker.socket.once('data', () => {
    recorded = loopback.packets.length
  })
  device.write(PINGREQ)
  await broker.received(2)
  expect(recorded).toBe(1)
})

test('byte by byte', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  const bytes = Buffer.concat([publish('a/b', 'one'), publish('a/b', 'two')])
  for (const [i, byte] of bytes.entries()) {
    device.write(Uint8Array.of(byte))
    await broker.received(i + 1)
  }
  expect(broker.bytes).toEqual(bytes)
  expect(loopback.packets).toMatchObject([
    { offset: 0, packet: { type: 'publish', payload: text('one') } },
    { offset: 10, packet: { type: 'publish', payload: text('two') } },
  ])
})

test('a packet that comes in pieces says when its first byte came, and one that comes at once does not', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  const bytes = publish('a/b', 'one')
  const before = loopback.timeline.now()
  device.write(bytes.subarray(0, 3))
  await broker.received(3)
  const began = loopback.timeline.now()
  await delay(20)
  // Its rest, and a whole one behind it.
  device.write(Buffer.concat([bytes.subarray(3), bytes]))
  await broker.received(2 * bytes.length)
  const [slow, quick] = loopback.packets
  expect(slow!.begunAt).toBeGreaterThanOrEqual(before)
  expect(slow!.begunAt).toBeLessThanOrEqual(began)
  expect(quick!.begunAt).toBeUndefined()
})

test('ten packets in one segment', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  const packets = Array.from({ length: 10 }, (_, i) => publish('t', `number ${i}`))
  device.write(Buffer.concat(packets))
  await broker.received(130)
  expect(loopback.packets.map((e) => Buffer.from(e.raw))).toEqual(packets)
  expect(loopback.packets.map((e) => e.offset)).toEqual(packets.map((_, i) => i * 13))
})

test('however a stream is split, the same packets are recorded and the same bytes arrive', async () => {
  await using loopback = await Loopback.open()
  const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 })
  const cuts = fc.array(fc.nat(), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(payloads, cuts, async (contents, where) => {
      const { device, broker } = await loopback.pair()
      const before = loopback.packets.length
      const stream = Buffer.concat(contents.map((payload) => publish('t', payload)))
      const marks = [0, ...where.map((n) => n % stream.length).sort((a, b) => a - b), stream.length]
      for (const [i, mark] of marks.slice(1).entries()) {
        device.write(stream.subarray(marks[i]!, mark))
        await new Promise(setImmediate)
      }
      await broker.received(stream.length)
      expect(broker.bytes).toEqual(stream)
      const recorded = loopback.packets.slice(before)
      expect(Buffer.concat(recorded.map((e) => e.raw))).toEqual(stream)
      expect(recorded.map((e) => e.packet.type)).toEqual(contents.map(() => 'publish'))
      device.socket.resetAndDestroy()
      await broker.until((peer) => peer.closed)
    }),
    { numRuns: 40 },
  )
})

test('malformed packets are recorded and pass', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  device.write('36020000') // QoS 3
  await broker.received(4)
  expect(loopback.packets).toMatchObject([{ packet: { type: 'malformed', claims: 'publish' }, delivered: true }])
})

test('a FIN passes as a FIN, and the other half stays open', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  device.socket.end(Buffer.from(PINGREQ, 'hex'))
  await broker.until((peer) => peer.ended)
  expect(broker.hex).toBe(PINGREQ)
  broker.write(PINGRESP)
  await device.received(2)
  expect(device.ended).toBe(false)
  broker.socket.end()
  await device.until((peer) => peer.closed)
  expect([device.error, broker.error]).toEqual([null, null])
  expect(loopback.sockets).toEqual(['connected by device #1', 'closed by device #1', 'both-closed by broker #1'])
})

test('the broker closes first', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  broker.socket.end()
  await device.until((peer) => peer.ended)
  device.socket.end()
  await broker.until((peer) => peer.closed)
  expect(loopback.sockets).toEqual(['connected by device #1', 'closed by broker #1', 'both-closed by device #1'])
})

test('a RST passes as a RST, from either side', async () => {
  await using loopback = await Loopback.open()
  const first = await loopback.pair()
  first.device.socket.resetAndDestroy()
  await first.broker.until((peer) => peer.error === 'ECONNRESET')
  const second = await loopback.pair()
  second.broker.socket.resetAndDestroy()
  await second.device.until((peer) => peer.error === 'ECONNRESET')
  expect([first.broker.ended, second.device.ended]).toEqual([false, false])
  expect(loopback.sockets).toEqual([
    'connected by device #1',
    'reset by device #1',
    'connected by device #2',
    'reset by broker #2',
  ])
})

test('what was written before a RST arrives before it', async () => {
  await using loopback = await Loopback.open()
  const device = loopback.attempt()
  device.socket.once('connect', () => {
    device.write(PINGREQ)
    device.socket.resetAndDestroy()
  })
  const broker = await loopback.broker()
  await broker.received(2)
  await loopback.ended()
  expect(loopback.sockets).toEqual(['connected by device #1', 'reset by device #1'])
  broker.write(PINGRESP)
  await broker.until((peer) => peer.error !== null)
})

test('a connection that ends inside a packet leaves a malformed one, before its end', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  const whole = publish('topic', 'payload')
  device.write(Buffer.concat([Buffer.from(PINGREQ, 'hex'), whole.subarray(0, 6)]))
  await broker.received(8)
  device.socket.end()
  await broker.until((peer) => peer.ended)
  expect(loopback.packets.at(-1)).toMatchObject({
    packet: { type: 'malformed', claims: 'publish', flags: 0, length: 14 },
    raw: new Uint8Array(whole.subarray(0, 6)),
    offset: 2,
    delivered: true,
  })
  expect(loopback.packets.at(-1)!.packet).toHaveProperty('reason', expect.stringContaining('truncated at the end'))
  expect(loopback.timeline.events.at(-1)).toMatchObject({ kind: 'socket', change: 'closed' })
})

test('a big payload arrives whole, and a reader that waits holds the writer back', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  const bytes = publish('big', randomBytes(8 * 1024 * 1024))
  broker.socket.pause()
  // Far more than the buffers on the way hold: 8 MiB the fourth time over.
  let flushed = 0
  for (let i = 0; i < 4; i++) device.socket.write(bytes, () => void flushed++)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(flushed).toBeLessThan(4)
  broker.socket.resume()
  await broker.received(bytes.length * 4)
  expect(broker.bytes.equals(Buffer.concat([bytes, bytes, bytes, bytes]))).toBe(true)
  expect(loopback.packets.map((e) => e.raw.length)).toEqual(Array(4).fill(bytes.length))
})

test('the broker is not there: the device is reset, and the broker refused', async () => {
  await using loopback = await Loopback.open({ upstream: () => ({ host: '127.0.0.1', port: 1 }) })
  const device = await loopback.device()
  device.write(PINGREQ)
  await device.until((peer) => peer.error === 'ECONNRESET')
  expect(loopback.sockets).toEqual(['connected by device #1', 'refused by broker #1'])
})

test('what a device writes in pieces is out before it hears that the broker is not there', async () => {
  await using loopback = await Loopback.open({ upstream: () => ({ host: '127.0.0.1', port: 1 }) })
  const device = await loopback.device()
  await loopback.event((e) => e.kind === 'socket' && e.change === 'refused')
  const [first, rest] = [PINGREQ.slice(0, 2), PINGREQ.slice(2)]
  device.write(first)
  await new Promise(setImmediate)
  device.write(rest)
  await loopback.event((e) => e.kind === 'packet')
  expect(loopback.packets).toMatchObject([{ packet: { type: 'pingreq' }, delivered: false }])
  await device.until((peer) => peer.error === 'ECONNRESET')
})

test('two links have two ports, and disposing frees one and ends its connections', async () => {
  await using loopback = await Loopback.open()
  const second = await openLink({
    device: 'green',
    upstream: () => ({ host: '', port: 1 }),
    recorder: loopback.timeline,
  })
  expect(second.port).not.toBe(loopback.link.port)
  await second[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
  const { device, broker } = await loopback.pair()
  device.write(PINGREQ)
  await broker.received(2)
  await loopback.link[Symbol.asyncDispose]()
  await Promise.all([device, broker].map((peer) => peer.until((p) => p.error === 'ECONNRESET')))
  expect(loopback.sockets).toEqual(['connected by device #1', 'reset by link #1'])
  const again = loopback.attempt()
  await again.until((peer) => peer.error === 'ECONNREFUSED')
})

test('a host that is not ours is a Problem', async () => {
  await using loopback = await Loopback.open()
  const settings = { device: 'x', upstream: () => ({ host: '', port: 1 }), recorder: loopback.timeline }
  await expect(openLink({ ...settings, host: '192.0.2.1' })).rejects.toMatchObject({ code: 'link/cannot-listen' })
})

test('many at once keep their numbers apart', async () => {
  await using loopback = await Loopback.open()
  const pairs = []
  for (let i = 0; i < 20; i++) pairs.push(await loopback.pair())
  await Promise.all(
    pairs.map(async ({ device, broker }, i) => {
      device.write(publish('t', `from ${i}`))
      await once(broker.socket, 'data')
    }),
  )
  const said = loopback.packets.map((e) => [e.connection, Buffer.from(e.raw).toString().slice(5)])
  expect(said.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(pairs.map((_, i) => [i + 1, `from ${i}`]))
})
