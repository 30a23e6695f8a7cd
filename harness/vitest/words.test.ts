// The names that tests in TypeScript have for packets and fields are those that scenarios have.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { deviceKeys } from '../devices/index.ts'
import { matchers, PACKET_WORDS, packetMatch } from '../expect/index.ts'
import { inputsOf } from './inputs.ts'
import { optionsOf } from './options.ts'
import { ROOT } from './testing.ts'

const text = readFileSync(join(import.meta.dirname, 'words.ts'), 'utf8')

const keysOf = (name: string): string[] => {
  const body = new RegExp(`^export interface ${name}\\b[\\s\\S]*?\\{\\n([\\s\\S]*?)\\n\\}`, 'm').exec(text)![1]!
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, key]) => key!)
}

it('packets', () => {
  const types = /PacketType =\n([\s\S]*?)\n\n/.exec(text)![1]!
  expect([...types.matchAll(/'(\w+)'/g)].map(([, type]) => type).sort()).toEqual([...PACKET_WORDS].sort())
})

it('fields of packets, of messages and of violations, and the matchers', () => {
  expect(keysOf('PacketMatch').sort()).toEqual(Object.keys(packetMatch.shape).sort())
  const shapeOf = (name: 'message' | 'violation') =>
    Object.keys((matchers[name].fields as unknown as { shape: object }).shape).sort()
  expect(keysOf('MessageMatch').sort()).toEqual(shapeOf('message'))
  expect(keysOf('ViolationMatch').sort()).toEqual(shapeOf('violation'))
  const claimed = {
    socket: 'ClaimedSocket',
    upgrade: 'ClaimedUpgrade',
    frame: 'ClaimedFrame',
    call: 'ClaimedCall',
  } as const
  for (const [name, type] of Object.entries(claimed)) {
    const { fields } = matchers[name as keyof typeof claimed] as unknown as { fields: { shape: object } }
    expect(keysOf(type).sort(), type).toEqual(Object.keys(fields.shape).sort())
  }
  // A test has devices, and no fleet.
  const those = Object.keys(matchers).filter((name) => name !== 'fleet')
  expect(keysOf('Claimed').sort()).toEqual(those.sort())
})

it('the keys of devices', () => {
  expect(keysOf('DeviceOptions').sort()).toEqual([...Object.keys(deviceKeys), 'name', 'tls', 'websocket'].sort())
})

it('the files that a scenario names, with the gaps of its folders', () => {
  const inputs = inputsOf(join(ROOT, 'scenarios/02-button-led.scenario.yaml'), ROOT)
  expect(inputs.map((path) => path.slice(ROOT.length + 1)).sort()).toEqual([
    'fixtures/firmware/button-led/boot.py',
    'fixtures/firmware/button-led/main.py',
    'scenarios/gaps.yaml',
  ])
  expect(inputsOf(join(ROOT, 'no/such.scenario.yaml'), ROOT)).toEqual([])
})

it('an option that there is not', () => {
  expect(() => optionsOf({ brokr: 'aedes' } as never)).toThrow(
    'mqttHil(): unknown option "brokr"; did you mean "broker"?',
  )
})
