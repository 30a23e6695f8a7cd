// `hil load` and `hil worker` as a person types them: exit codes, what is refused before anything begins,
// what is printed and what is written.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { hil, Scratch } from '../testing.ts'
import { FLEET, isStoppedBy, written } from './stopped.testing.ts'

it('holds the bounds, prints them, and writes what was measured', async () => {
  using scratch = new Scratch()
  const file = written(
    scratch,
    `slo:
  - { metric: publish_ack_time, phase: steady, p50: { lt: 0ms } }
  - { metric: connects, total: { eq: 21 } }
  - { metric: generator_lag, max: { lt: 1h } }
`,
  )
  const { code, out } = await hil('load', file, '--output', scratch.path, '--seed', '7')
  expect(out).toMatch(/^a fleet\n {2}21 devices, seed 7; 1 process, /)
  expect(out).toMatch(/✗ p50 of publish_ack_time +steady +< 0ms +[\d.]+m?s\n/)
  expect(out).toMatch(/✓ total of connects +all +≥? ?=? ?21 +21\n/)
  expect(out).toMatch(/ {2}failed, 1 bound missed; .*fleet\.json\n$/)
  // What it says of a bound does not depend on the machine; whether the generator kept up does.
  expect(code).toBe(4)
  const folder = join(scratch.path, out.match(/([\w-]+)\/fleet\.json/)![1]!)
  const result = JSON.parse(readFileSync(join(folder, 'fleet.json'), 'utf8'))
  expect(result).toMatchObject({ schema: 'mqtt-hil/fleet', devices: 21, seed: 7 })
  const [head, ...rows] = readFileSync(join(folder, 'load.csv'), 'utf8').trim().split('\n')
  expect(head).toMatch(/^seconds,collector_off,.*,publish_ack_time_p50_us,/)
  expect(rows).toHaveLength(result.series.at.length)
  expect(new Set(rows.map((row) => row.split(',').length))).toEqual(new Set([head!.split(',').length]))
  const published = head!.split(',').indexOf('messages_published')
  const sum = rows.reduce((total, row) => total + Number(row.split(',')[published]), 0)
  expect(sum).toBe(result.counts.all.messages_published)
  const { scenarios } = JSON.parse(readFileSync(join(scratch.path, 'results.json'), 'utf8'))
  for (const name of ['fleet.json', 'load.csv', 'load.json'])
    expect(scenarios[0].artifacts.map((path: string) => basename(path))).toContain(name)
  expect(existsSync(join(scratch.path, 'report.html'))).toBe(true)
  expect(readFileSync(join(scratch.path, 'junit.xml'), 'utf8')).toMatch(
    /<failure type="failed" message="[^"]*p50 of publish_ack_time/,
  )

  const again = await hil('judge', folder)
  expect(again.out).toMatch(/slo p50 of publish_ack_time in steady/)
  expect(again.code).toBe(4)
  rmSync(join(folder, 'fleet.json'))
  const without = await hil('judge', folder)
  expect(without.out).toMatch(/got: what the fleet measured \(fleet\.json\) is not in the record/)
  expect(without.code).toBe(3)
})

it('is stopped by Ctrl-C in all of its processes, with what it has measured until then', () =>
  isStoppedBy('SIGINT', 130))

it('refuses a fleet that does not fit, with the numbers', async () => {
  using scratch = new Scratch()
  const args = ['load', written(scratch), '--output', scratch.path, '--count', 'sensors=900000', '--shards', '1']
  const { code, out, err } = await hil(...args)
  expect(out + err).toMatch(/900001 devices in 1 process need 900061 file descriptors each, and a process has \d+/)
  expect(out + err).toMatch(/hint: --shards \d+, or ulimit -n \d+/)
  expect(code).toBe(3)
})

it.each([
  [['--count', 'x'], /--count x: expected N or GROUP=N/],
  [['--count', '5'], /--count N is for a fleet of one group/],
  [['--count', 'meters=5'], /unknown group meters/],
  [['--rate', '5'], /--rate: a rate needs a unit/],
  [['--window', '0'], /--window: expected a whole number, at least 1/],
  [['--metrics', '70000'], /--metrics 70000: expected PORT or HOST:PORT, with a port from 0 to 65535/],
  [['--metrics', 'here'], /--metrics here: expected PORT or HOST:PORT/],
  [['--queue', 'localhost'], /expected redis:\/\/HOST:PORT/],
])('does not take %j', async (args, message) => {
  using scratch = new Scratch()
  const { code, err, out } = await hil('load', written(scratch), '--output', scratch.path, ...args)
  expect(err + out).toMatch(message)
  expect(code).toBe(2)
})

it('a large fleet is skipped by `hil run`, and a small one is run', async () => {
  using scratch = new Scratch()
  const file = written(scratch)
  const small = await hil('run', file, '--output', scratch.path, '--broker', 'aedes', '--allow-inconclusive')
  expect(small.out).toMatch(/1 passed|1 inconclusive/)
  writeFileSync(file, FLEET.replace('count: 20', 'count: 2000'))
  const large = await hil('run', file, '--output', scratch.path, '--broker', 'aedes')
  expect(large.out).toContain('its fleet has 2001 devices: hil load runs it')
  expect(large.code).toBe(0)
  expect(existsSync(join(scratch.path, 'results.json'))).toBe(true)
})
