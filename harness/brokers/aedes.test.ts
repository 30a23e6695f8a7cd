import { once } from 'node:events'
import { connect } from 'node:net'
import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { encode } from '../../emulators/index.ts'
import { aedes } from './aedes.ts'
import { brokerContract } from './broker.contract.ts'

brokerContract(aedes, {
  gaps: [
    {
      test: 'a death that nobody asked for is told, with its cause',
      reason: 'it lives in this process and dies with it',
    },
  ],
})

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

test('it forgets everything when it stops', async () => {
  await using broker = await aedes.open()
  const { host, port } = broker
  const before = await connectAsync({ host, port, reconnectPeriod: 0 })
  await before.publishAsync('kept', 'old', { qos: 1, retain: true })
  await before.endAsync()
  await broker.stop()
  await broker.start()
  const after = await connectAsync({ host, port, reconnectPeriod: 0 })
  const message = once(after, 'message')
  await after.subscribeAsync('kept')
  await after.publishAsync('kept', 'new')
  const [, payload] = await message
  expect(String(payload)).toBe('new')
  await after.endAsync(true)
})
