import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { REPORTED, REPORTED_OF, reportedAt } from './reported.ts'

const ROOMS = ['../lint/', '../../emulators/mqtt/'].map((room) => fileURLToPath(new URL(room, import.meta.url)))

/** What stands in the code of rooms, comments left out. */
function written(rooms: readonly string[] = ROOMS): Set<string> {
  const files = rooms.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/test|reported/.test(name))
      .map((name) => `${room}${name}`),
  )
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'))
  const code = lines
    .filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line))
    .map((line) => line.replace(/\/\/ .*$/, ''))
    .join('\n')
  return new Set(code.match(/MQTT-\d+\.\d+\.\d+-\d+/g))
}

test('each statement that the lints and the decoder name can be claimed, and no other', () => {
  expect([...REPORTED].sort()).toEqual([...written()].sort())
})

test('what either side may send malformed is held against either side, and every statement against one of them', () => {
  for (const statement of written(ROOMS.slice(1)))
    for (const side of ['device', 'broker'] as const) expect(REPORTED_OF[side]).toContain(statement)
  expect([...REPORTED_OF.device, ...REPORTED_OF.broker]).toEqual(expect.arrayContaining([...REPORTED]))
})

test('a statement is reported at the levels whose specification has its number', () => {
  const numbersOf = (table: string): readonly string[] =>
    readFileSync(new URL(`../../scenarios/conformance/statements/${table}`, import.meta.url), 'utf8').match(
      /^MQTT-\S+/gm,
    )!
  const has = { '3.1.1': numbersOf('mqtt311.tsv'), 5: numbersOf('mqtt5.tsv') }
  for (const version of ['3.1.1', '5'] as const)
    expect([...reportedAt(version)].sort()).toEqual([...REPORTED].filter((id) => has[version].includes(id)).sort())
})
