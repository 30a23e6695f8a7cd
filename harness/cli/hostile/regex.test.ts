// A device that writes what a regular expression takes for ever: the run ends in time, and says that it did not judge.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hilIn, Scratch } from '../testing.ts'

const LINE = `${'a'.repeat(60)}!`

const SCENARIO = (claim: string): string => `
name: slow
version: 1
devices:
  blue: { use: process, command: [node, -e, "for (let i = 0; i < 50; i++) console.log('${LINE}'); setTimeout(() => {}, 1500)"] }
observer: false
steps:
  - ${claim}
  - delay: 10ms
`

test.each([
  ['expect', 'expect: { serial: { device: blue, line: /^(a+)+$/ }, within: 3s }'],
  ['never', 'never: { serial: { device: blue, line: /^(a|a)*$/ } , for: 1s }'],
])(
  '%s: the claim is inconclusive, with the expression and what to do',
  async (_, claim) => {
    using folder = new Scratch()
    writeFileSync(join(folder.path, 'slow.scenario.yaml'), SCENARIO(claim))
    const { code, out } = await hilIn(folder.path, 'run', 'slow.scenario.yaml', '--global-timeout', '60s')
    expect(out).toMatch(/not judged at #\d+: .* was stopped after 500 ms on a text of 61 characters; /)
    expect(code).toBe(3)
    const judged = await hilIn(folder.path, 'judge', 'results')
    expect(judged.out).toContain('was stopped after 500 ms')
    expect(judged.code).toBe(3)
  },
  120_000,
)

test('disturb: a packet that could not be looked at leaves the run inconclusive', async () => {
  using folder = new Scratch()
  writeFileSync(
    join(folder.path, 'slow.scenario.yaml'),
    `
name: slow
version: 1
devices:
  blue: { use: umqtt.simple }
steps:
  - disturb: { device: blue, direction: up, packet: publish, payload: /^(a+)+$/, do: drop }
  - connect: blue
  - publish: { device: blue, topic: t, payload: "${LINE}" }
  - expect: { message: { topic: t }, within: 10s }
`,
  )
  const { code, out } = await hilIn(folder.path, 'run', 'slow.scenario.yaml')
  expect(out).toContain('not evaluated: /^(a+)+$/ was stopped')
  expect(code).toBe(3)
}, 120_000)
