// The vendor's library, on the gateway's broker: a client and a broker of this project.

import { expect, PythonError, test } from 'mqtt-hil/vitest/test'
import { describe } from 'vitest'

test('it connects with a clean session', async ({ device }) => {
  const sensor = await device('acme', { name: 'sensor' })
  await sensor.connect()
  await expect(sensor).toHaveSent('connect', { clean: true, clientId: 'sensor' })
  await expect(sensor).toHaveReceived('connack', { returnCode: 0, sessionPresent: false })
})

test('it announces the keep alive that it is given', async ({ device }) => {
  const sensor = await device('acme', { with: { keepalive: '30s' } })
  await sensor.connect()
  await expect(sensor).toHaveSent('connect', { keepalive: '30s' })
})

test('it never pings, whatever it announced', async ({ device }) => {
  const sensor = await device('acme', { with: { keepalive: '1s' } })
  await sensor.connect()
  await expect(sensor).not.toHaveSent('pingreq', {}, { within: '1500ms' })
})

test.for([0, 1] as const)('a reading of QoS %i is passed on', async (qos, { device, observer }) => {
  const sensor = await device('acme')
  await sensor.connect()
  await sensor.publish('plant/fern/moisture', '35', { qos })
  await expect(observer).toHaveReceived({ topic: 'plant/fern/moisture', payload: '35' })
})

test('QoS 1 is acknowledged with its packet id', async ({ device, broker }) => {
  const sensor = await device('acme')
  await sensor.connect()
  await sensor.publish('plant/fern/moisture', '35', { qos: 1 })
  await sensor.publish('plant/fern/moisture', '36', { qos: 1 })
  await expect(broker).toHaveAcked(sensor, { payload: '35' })
  await expect(broker).toHaveAcked(sensor, { payload: '36' })
})

test('QoS 0 is not', async ({ device }) => {
  const sensor = await device('acme')
  await sensor.connect()
  await sensor.publish('plant/fern/moisture', '35')
  await expect(sensor).not.toHaveReceived('puback', {}, { within: '100ms' })
})

test('it hangs when a PUBACK is lost, and says in what', async ({ device }) => {
  const sensor = await device('acme')
  await sensor.connect()
  await sensor.link.disturb({ direction: 'down', packet: 'puback', do: 'drop' })
  const publishing = sensor.publish('plant/fern/moisture', '35', { qos: 1, within: '300ms' })
  await expect(publishing).rejects.toThrow(/waiting in read\(4\)/)
})

test('without a connection it raises', async ({ device }) => {
  const sensor = await device('acme')
  await expect(sensor.publish('plant/fern/moisture', '35')).rejects.toMatchObject({
    type: 'OSError',
    errno: 'ENOTCONN',
  })
})

test('where nobody listens it raises', async ({ device }) => {
  const sensor = await device('acme')
  await sensor.link.down('refuse')
  await expect(sensor.connect()).rejects.toThrow(PythonError)
})

test('a method that it has not is an AttributeError', async ({ device }) => {
  const sensor = await device('acme')
  await expect(sensor.call('reconnect')).rejects.toMatchObject({ type: 'AttributeError' })
})

test('it says goodbye', async ({ device, timeline }) => {
  const sensor = await device('acme', { name: 'sensor' })
  await sensor.connect()
  await sensor.disconnect()
  await expect(timeline).toContainSequence([
    { packet: { from: 'sensor', type: 'connect' } },
    { packet: { from: 'sensor', type: 'disconnect' } },
  ])
})

describe('on aedes, which comes with mqtt-hil', () => {
  test.override({ hil: { broker: 'aedes' } })
  test('it does the same', async ({ device, broker }) => {
    const sensor = await device('acme')
    await sensor.connect()
    await sensor.publish('plant/fern/moisture', '35', { qos: 1 })
    await expect(broker).toHaveAcked(sensor, { topic: 'plant/fern/moisture' })
  })
})
