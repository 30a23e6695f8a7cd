// The pump's controller: a device of this project.

import { expect, test } from 'mqtt-hil/vitest/test'

test('it listens to all plants', async ({ device }) => {
  const pump = await device('pump', { name: 'pump' })
  await pump.connect()
  await expect(pump).toHaveSent('subscribe')
  await expect(pump).toHaveReceived('suback', { granted: [1] })
})

test('a dry plant is watered, once', async ({ device, observer }) => {
  const pump = await device('pump')
  const sensor = await device('acme')
  await pump.connect()
  await sensor.connect()
  await sensor.publish('plant/fern/moisture', '20', { qos: 1 })
  await expect(observer).toHaveReceived({ topic: 'plant/fern/water', payload: 'on' }, { count: 1, within: '300ms' })
  expect(await pump.call('watered')).toBe(1)
})

test('a wet one is not', async ({ device, observer }) => {
  const pump = await device('pump')
  const sensor = await device('acme')
  await pump.connect()
  await sensor.connect()
  await sensor.publish('plant/fern/moisture', '60', { qos: 1 })
  await expect(observer).not.toHaveReceived({ topic: 'plant/fern/water' }, { within: '200ms' })
})

test('its limit is an option', async ({ device, observer }) => {
  const pump = await device('pump', { with: { dry: 70 } })
  const sensor = await device('acme')
  await pump.connect()
  await sensor.connect()
  await sensor.publish('plant/fern/moisture', '60', { qos: 1 })
  await expect(observer).toHaveReceived({ topic: 'plant/fern/water' })
})

test('its console says what it heard', async ({ device, perform }) => {
  await device('pump', { name: 'pump' })
  await device('acme', { name: 'sensor' })
  await perform({ connect: 'pump' })
  await perform({ connect: 'sensor' })
  await perform({ publish: { device: 'sensor', topic: 'plant/rose/moisture', payload: '55' } })
  await perform({ expect: { serial: { device: 'pump', line: 'plant/rose/moisture is at 55 %' } } })
})

test('before it is connected its calls raise', async ({ device }) => {
  const pump = await device('pump')
  await expect(pump.publish('a', 'b')).rejects.toMatchObject({
    type: 'Error',
    message: expect.stringMatching('not connected'),
  })
})

test('what it has no method for is an AttributeError', async ({ device }) => {
  const pump = await device('pump')
  await expect(pump.ping()).rejects.toMatchObject({ type: 'AttributeError' })
})

test('it is gone without a byte when its power fails', async ({ device, timeline }) => {
  const pump = await device('pump', { name: 'pump' })
  await pump.connect()
  const off = timeline.mark()
  await pump.power('off')
  await expect(pump).not.toHaveSent('disconnect', {}, { after: off, within: '200ms' })
})
