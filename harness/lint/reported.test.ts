import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { REPORTED } from './reported.ts'

const ROOMS = ['../lint/', '../../emulators/mqtt/'].map((room) => fileURLToPath(new URL(room, import.meta.url)))

/** What stands in the code, comments left out. */
function written(): Set<string> {
  const files = ROOMS.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/test|reported/.test(name))
      .map((name) => `${room}${name}`),
  )
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'))
  const code = lines.filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line)).join('\n')
  return new Set(code.match(/MQTT-\d+\.\d+\.\d+-\d+/g))
}

test('each statement that the lints and the decoder name can be claimed, and no other', () => {
  expect([...REPORTED].sort()).toEqual([...written()].sort())
})
