// For tests: a small fleet, and a load that a signal to all of its processes ends.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { Scratch, start } from '../testing.ts'

export const FLEET = `name: a fleet
version: 1
fleet:
  collector: { use: umqtt.simple, count: 1, subscribe: [{ topic: "t/+", qos: 1 }] }
  sensors:
    use: umqtt.simple
    count: 20
    publish: [{ topic: "t/\${{ i }}", every: 200ms, size: 40, qos: 1 }]
steps:
  - id: ramp
    expect: { fleet: { group: sensors, connected: 100% }, within: 40s }
  - id: steady
    delay: 1s
`

/** The path of its scenario, with more text behind it. */
export function written(scratch: Scratch, more = ''): string {
  const file = join(scratch.path, 'x.scenario.yaml')
  writeFileSync(file, FLEET + more)
  return file
}

export async function isStoppedBy(signal: NodeJS.Signals, exit: number): Promise<void> {
  using scratch = new Scratch()
  const file = written(scratch)
  const args = ['load', file, '--output', scratch.path, '--duration', '5m', '--timeout', '10m']
  const run = start(args, undefined, { ownGroup: true })
  await run.saying(/steady: .*sensors 20\/20 connected/)
  process.kill(-run.child.pid!, signal)
  const { code, out, err } = await run.ended
  expect(out).toMatch(/ {2}interrupted; .*fleet\.json\n$/)
  expect(out).toMatch(/ledger: [\d,]+ of [\d,]+ arrived/)
  expect(out + err).not.toMatch(/memory|is lost:|ended with|ended by/)
  expect(code).toBe(exit)
}
