// The service by itself, at a link: what it sends is seen, and its network can be taken away.

import { expect, test } from 'mqtt-hil/vitest/test'
import { startAlarm } from '../src/alarm.js'

test('a plant that is too hot raises an alarm, once and retained', async ({ link, device, observer }) => {
  const service = await link('service')
  const alarm = await startAlarm(service)
  const sensor = await device('umqtt.simple', { name: 'sensor' })
  await sensor.connect()
  await sensor.publish('plant/fern/temperature', '21', { qos: 1 })
  await sensor.publish('plant/fern/temperature', '35', { qos: 1 })
  await expect(observer).toHaveReceived({ topic: 'plant/fern/alarm', payload: '35' }, { count: 1, within: '300ms' })
  await expect(service).toHaveSent('publish', { topic: 'plant/fern/alarm', qos: 1, retain: true })
  await alarm.stop()
})

test('it comes back to the session it left, and misses nothing', async ({ link, device, observer, timeline }) => {
  const service = await link('service')
  const alarm = await startAlarm(service)
  const sensor = await device('umqtt.simple', { name: 'sensor' })
  await sensor.connect()
  await service.down('reset')
  await sensor.publish('plant/fern/temperature', '40', { qos: 1 })
  const back = timeline.mark()
  await service.up()
  await expect(service).toHaveReceived('connack', { sessionPresent: true }, { after: back, within: '2s' })
  await expect(service).toHaveAcked({ topic: 'plant/fern/temperature', payload: '40' })
  await expect(observer).toHaveReceived({ topic: 'plant/fern/alarm', payload: '40' })
  await expect(timeline).toHaveNoViolations({ by: 'device' })
  await alarm.stop()
})
