import { once } from 'node:events'
import { connect } from 'node:net'
import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { encode } from '../../emulators/index.ts'
import { aedes, aedes2 } from './aedes.ts'
import { brokerContract } from './broker.contract.ts'

brokerContract(aedes)
brokerContract(aedes2)

test('is always there', async () => {
  expect(await aedes.available()).toBeNull()
})

test('its options reach it', async () => {
  await using broker = await aedes.open({ connectTimeout: 30 })
  const socket = connect(broker.port, broker.host)
  await once(socket, 'close')
})

test('it notices a silent client within its slack', async () => {
  await using broker = await aedes.open()
  const socket = connect(broker.port, broker.host)
  socket.resume()
  await once(socket, 'connect')
  socket.write(encode({ type: 'connect', clientId: 'silent', keepalive: 1 }))
  const begun = performance.now()
  await once(socket, 'close')
  expect(performance.now() - begun).toBeGreaterThan(1450)
  expect(broker.log()).toContain('silent exceeded its keep alive')
})

test.each(['stop', 'kill'] as const)('at a %s no client hears the wills of the others', async (how) => {
  await using broker = await aedes.open()
  const { host, port } = broker
  const will = { topic: 'will', payload: Buffer.from('x'), qos: 1, retain: false } as const
  const clients = await Promise.all(
    Array.from({ length: 5 }, () => connectAsync({ host, port, reconnectPeriod: 0, will })),
  )
  const heard: string[] = []
  for (const client of clients) {
    client.on('error', () => {})
    client.on('message', (topic) => heard.push(topic))
    await client.subscribeAsync('#', { qos: 1 })
  }
  const closed = clients.map((client) => new Promise<void>((resolve) => client.once('close', resolve)))
  await broker[how]()
  await Promise.all(closed)
  expect(heard).toEqual([])
})

test('it forgets everything when it stops', async () => {
  await using broker = await aedes.open()
  const { host, port } = broker
  const before = await connectAsync({ host, port, reconnectPeriod: 0 })
  await before.publishAsync('kept', 'old', { qos: 1, retain: true })
  await before.endAsync()
  await broker.stop()
  await broker.start()
  const after = await connectAsync({ host, port, reconnectPeriod: 0 })
  const message = new Promise<Buffer>((resolve) => after.once('message', (_topic, payload) => resolve(payload)))
  await after.subscribeAsync('kept')
  await after.publishAsync('kept', 'new')
  expect(String(await message)).toBe('new')
  await after.endAsync(true)
})
