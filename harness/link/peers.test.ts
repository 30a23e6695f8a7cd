import { expect, it } from 'vitest'
import { realClock } from '../../emulators/index.ts'
import { Timeline } from '../evidence/index.ts'
import { Loopback, PINGREQ } from './loopback.testing.ts'
import { Peers } from './peers.ts'
import { claimPort } from './ports.ts'

const peers = (from?: readonly string[]) => {
  const recorder = new Timeline(realClock())
  const made = new Peers({ device: 'blue', recorder, ...(from === undefined ? {} : { from }) })
  const admits = (remoteAddress: string): boolean => made.admits({ remoteAddress })
  const told = (): string[] => recorder.events.map((event) => (event.kind === 'fault' ? event.what : event.kind))
  return { admits, told }
}

it('this machine may always connect, and nothing is told of it', () => {
  const { admits, told } = peers(['192.0.2.7'])
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.0.0.9'].map(admits)).toEqual([true, true, true, true])
  expect(told()).toEqual([])
})

it('without link.from anybody may, and another address than before is told', () => {
  const { admits, told } = peers()
  expect(['192.0.2.7', '::ffff:192.0.2.7', '192.0.2.9'].map(admits)).toEqual([true, true, true])
  expect(told()).toEqual(['192.0.2.9 connects, and before it was 192.0.2.7'])
})

it('with link.from nobody else may', () => {
  const { admits, told } = peers(['192.0.2.7', '2001:DB8::1'])
  expect(['::ffff:192.0.2.7', '2001:db8::1', '192.0.2.9'].map(admits)).toEqual([true, true, false])
  expect(told().at(-1)).toBe('a connection from 192.0.2.9 is refused: it is not in link.from')
})

it('a link listens where it is told to, and a device reaches it at its own address', async () => {
  const claim = await claimPort(() => Promise.resolve(true))
  const { port } = claim
  claim.release()
  await using loopback = await Loopback.open({ port, listensAt: '0.0.0.0' })
  expect([loopback.link.port, loopback.link.host]).toEqual([port, '127.0.0.1'])
  const { device, broker } = await loopback.pair()
  device.write(PINGREQ)
  await broker.received(2)
})
