import { expect, test } from 'vitest'
import { Loopback, PINGREQ, PINGRESP, publish } from './loopback.testing.ts'

const LAST_WORDS = publish('t', 'last words')

/** A device that writes its last words and is gone: the link is told before the socket goes. */
async function vanished(loopback: Loopback, how: 'power' | 'reset', by: 'fin' | 'rst') {
  const { device, broker } = await loopback.pair()
  device.write(PINGREQ)
  await broker.received(2)
  device.write(LAST_WORDS)
  loopback.link.vanish(device.socket.localPort!, how)
  if (by === 'fin') device.socket.destroy()
  else device.socket.resetAndDestroy()
  await broker.received(2 + LAST_WORDS.length)
  return { device, broker }
}

test.each(['fin', 'rst'] as const)('power: what was written arrives, the %s does not', async (by) => {
  await using loopback = await Loopback.open()
  const { broker } = await vanished(loopback, 'power', by)
  await broker.quiet()
  broker.write(PINGRESP)
  await loopback.event((e) => e.kind === 'packet' && e.direction === 'down')
  await broker.quiet()
  expect(loopback.packets.map((e) => [e.packet.type, e.delivered])).toEqual([
    ['pingreq', true],
    ['publish', true],
    ['pingresp', false],
  ])
  expect(loopback.sockets).toEqual(['connected by device #1'])
  broker.socket.end()
  await loopback.ended()
  expect(loopback.sockets.at(-1)).toBe('closed by broker #1')
})

test.each(['fin', 'rst'] as const)('reset: the rebooted stack answers the next bytes with RST (%s)', async (by) => {
  await using loopback = await Loopback.open()
  const { broker } = await vanished(loopback, 'reset', by)
  await broker.quiet()
  broker.write(PINGRESP)
  await broker.until((peer) => peer.error === 'ECONNRESET')
  expect(loopback.packets.at(-1)).toMatchObject({ packet: { type: 'pingresp' }, delivered: false })
  expect(loopback.sockets).toEqual(['connected by device #1', 'reset by device #1'])
})

test('reset behind a blackhole: the answer does not pass either, before the link is up', async () => {
  await using loopback = await Loopback.open()
  const { broker } = await vanished(loopback, 'reset', 'fin')
  await loopback.link.set({ kind: 'down', mode: 'blackhole' })
  broker.write(PINGRESP)
  await broker.quiet()
  await loopback.link.set({ kind: 'up' })
  broker.write(PINGRESP)
  await broker.until((peer) => peer.error === 'ECONNRESET')
})

test('a device that vanishes inside a packet leaves a malformed one', async () => {
  await using loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  device.write(LAST_WORDS.subarray(0, 5))
  await broker.received(5)
  loopback.link.vanish(device.socket.localPort!, 'power')
  device.socket.destroy()
  await loopback.event((e) => e.kind === 'packet')
  expect(loopback.packets).toMatchObject([{ packet: { type: 'malformed' }, delivered: true }])
  await broker.quiet()
})

test('a device that vanishes before the link has seen its connection', async () => {
  await using loopback = await Loopback.open()
  const device = loopback.attempt()
  device.socket.once('connect', () => {
    device.write(PINGREQ)
    loopback.link.vanish(device.socket.localPort!, 'power')
    device.socket.destroy()
  })
  const broker = await loopback.broker()
  await broker.received(2)
  await broker.quiet()
  expect(loopback.sockets).toEqual(['connected by device #1'])
})

test('only the one connection vanishes, and the device may come back', async () => {
  await using loopback = await Loopback.open()
  const { broker } = await vanished(loopback, 'power', 'fin')
  const back = await loopback.pair()
  back.device.write(PINGREQ)
  await back.broker.received(2)
  back.broker.write(PINGRESP)
  await back.device.received(2)
  loopback.link.vanish(9, 'power') // nobody's port
  await broker.quiet()
})

test('the link going down ends what a vanished device left behind', async () => {
  await using loopback = await Loopback.open()
  const first = await vanished(loopback, 'power', 'fin')
  await loopback.link.set({ kind: 'down', mode: 'close' })
  await first.broker.until((peer) => peer.ended)
  expect(loopback.sockets.at(-1)).toBe('closed by link #1')
})
