// What the compiler knows of tests in TypeScript: `npm run check` fails when a line that must be wrong is not, or the other way round.
// Nothing here runs.

import { expectTypeOf, it } from 'vitest'
import { type DeviceKinds, expect, type HilFixtures, type MatchOf, type OptionsOf, type TestDevice } from './test.ts'

type Fixtures = Pick<HilFixtures, 'device' | 'broker' | 'observer' | 'timeline' | 'link'>

it('a kind of device knows its keys, its options, its methods and its signals', () => {
  expectTypeOf<keyof DeviceKinds['umqtt.robust']['with']>().toEqualTypeOf<
    'client_id' | 'user' | 'password' | 'keepalive' | 'ssl'
  >()
  expectTypeOf<OptionsOf<'raw'>>().toHaveProperty('auto')
  expectTypeOf<OptionsOf<'umqtt.simple'>>().not.toHaveProperty('auto')
  expectTypeOf<MatchOf<'puback'>>().toHaveProperty('packetId')
  expectTypeOf<MatchOf<'puback'>>().not.toHaveProperty('topic')
  for (const checked of [devices, claims]) expectTypeOf(checked).returns.toEqualTypeOf<Promise<void>>()
})

async function devices({ device }: Fixtures): Promise<void> {
  const blue = await device('umqtt.simple', {
    with: { keepalive: '30s' },
    signals: { led: { pin: 2 }, door: { pin: 4 } },
  })
  expectTypeOf(blue).toExtend<TestDevice<'set_callback' | 'connect', 'led' | 'door'> | TestDevice>()
  await blue.call('check_msg')
  // @ts-expect-error: a method of another library
  await blue.call('check_mesg')
  await blue.drive('led', 1)
  // @ts-expect-error: there is led and door
  await blue.drive('lid', 1)
  // @ts-expect-error: keepalive is a time
  await device('umqtt.simple', { with: { keepalive: 30 } })
  // @ts-expect-error: an option of another library
  await device('umqtt.simple', { with: { keepAlive: '30s' } })
  // @ts-expect-error: a key of another kind
  await device('umqtt.simple', { command: './firmware' })
  await device('process', { command: './firmware', tty: false })
  await device('virtual', { files: 'firmware', wifi: { 'lost-after': '2s' } })
  await device('umqtt.simple', { firmware: 'tasmota', with: { group: 'plants' } })
  // @ts-expect-error: an option of the library, which the firmware sets itself
  await device('umqtt.simple', { firmware: 'tasmota', with: { client_id: 'blue' } })
  // Kinds of the project's own.
  const pump = await device('pump', { with: { limit: 30 } })
  await pump.call('anything')
}

async function claims({ device, broker, observer, timeline, link }: Fixtures): Promise<void> {
  const blue = await device('umqtt.simple')
  await expect(blue).toHaveSent('connect', { keepalive: '30s', clientId: /^b/ })
  await expect(blue).toHaveReceived('puback', { packetId: 7 }, { within: '1s' })
  // @ts-expect-error: a PUBACK has no topic
  await expect(blue).toHaveReceived('puback', { topic: 't' })
  // @ts-expect-error: no packet is called so
  await expect(blue).toHaveSent('pubblish')
  await expect(broker).toHaveAcked(blue, { topic: 't' })
  // @ts-expect-error: of the PUBLISH, which has no granted
  await expect(broker).toHaveAcked(blue, { granted: [0] })
  await expect(timeline).toContainSequence([
    { packet: { from: 'blue', type: 'subscribe', match: { topic: 't' } } },
    { packet: { to: 'blue', match: { packetId: 1 } } },
    { socket: { from: 'blue', event: 'closed' } },
  ])
  await timeline.waitFor({
    // @ts-expect-error: a SUBACK has no payload
    packet: { to: 'blue', type: 'suback', match: { payload: 'a' } },
  })
  await expect(blue).toStaySilent({ for: '1s', type: 'publish', match: { topic: 't' } })
  // @ts-expect-error: a PINGREQ has no topic
  await expect(blue).toStaySilent({ for: '1s', type: 'pingreq', match: { topic: 't' } })
  const mine = await link('mine')
  await mine.disturb({ direction: 'up', packet: 'publish', match: { topic: 't' }, do: 'drop' })
  // @ts-expect-error: a PINGREQ has no topic
  await mine.disturb({ direction: 'up', packet: 'pingreq', match: { topic: 't' }, do: 'drop' })
  // @ts-expect-error: an observer receives messages, which have no packetId
  await expect(observer).toHaveReceived({ packetId: 1 })
}
