import { expect, test } from 'vitest'
import { realClock } from '../../emulators/index.ts'
import { type Fact, type FrameEvent, Timeline, type UpgradeEvent } from '../evidence/index.ts'
import { Linter } from './index.ts'

const upgrade = (more: Partial<UpgradeEvent>): Fact => ({
  kind: 'upgrade',
  device: 'blue',
  direction: 'up',
  connection: 1,
  subprotocols: ['mqtt'],
  ...more,
})
const frame = (more: Partial<FrameEvent>): Fact => ({
  kind: 'frame',
  device: 'blue',
  direction: 'up',
  connection: 1,
  opcode: 'binary',
  final: true,
  length: 2,
  delivered: true,
  ...more,
})

function found(...facts: readonly Fact[]): string[] {
  const timeline = new Timeline(realClock())
  const linter = new Linter()
  return facts.flatMap((fact) => linter.observe(timeline.record(fact)).map(({ by, statement }) => `${by} ${statement}`))
}

const answer = (...subprotocols: readonly string[]) => upgrade({ direction: 'down', status: 101, subprotocols })

test('a handshake with mqtt, and binary frames, break nothing', () => {
  expect(
    found(upgrade({ subprotocols: ['x', 'mqtt'] }), answer('mqtt'), frame({}), frame({ direction: 'down' })),
  ).toEqual([])
  expect(found(frame({ opcode: 'ping' }), frame({ opcode: 'continuation' }), frame({ opcode: 'close' }))).toEqual([])
})

test('what a request offers', () => {
  expect(found(upgrade({ subprotocols: [] }))).toEqual(['device MQTT-6.0.0-3'])
  expect(found(upgrade({ subprotocols: ['mqttv3.1'] }))).toEqual(['device MQTT-6.0.0-3'])
  expect(found(upgrade({ subprotocols: ['MQTT'] }))).toEqual(['device MQTT-6.0.0-3'])
})

test('what the answer names, where mqtt was offered', () => {
  expect(found(upgrade({}), answer())).toEqual(['broker MQTT-6.0.0-4'])
  expect(found(upgrade({}), answer('mqttv3.1'))).toEqual(['broker MQTT-6.0.0-4'])
  expect(found(upgrade({}), answer('mqtt', 'mqtt'))).toEqual(['broker MQTT-6.0.0-4'])
})

test('a server cannot name what was not offered, and a refusal names nothing', () => {
  expect(found(upgrade({ subprotocols: ['x'] }), answer())).toEqual(['device MQTT-6.0.0-3'])
  expect(found(upgrade({}), upgrade({ direction: 'down', status: 404, subprotocols: [] }))).toEqual([])
})

test('text frames, by whom, and not those of the link', () => {
  expect(found(frame({ opcode: 'text' }))).toEqual(['device MQTT-6.0.0-1'])
  expect(found(frame({ opcode: 'text', direction: 'down' }))).toEqual(['broker MQTT-6.0.0-1'])
  expect(found(frame({ opcode: 'reserved' }))).toEqual(['device MQTT-6.0.0-1'])
  expect(found(frame({ opcode: 'text', by: 'link' }))).toEqual([])
})
