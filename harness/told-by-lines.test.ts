// Firmware that is told by lines on its console what to do, in the device half of the conformance pack: a program for
// the host, and a virtual board. A defect in it is found, and what it cannot be told is skipped with the reason.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { statementsOf } from './run/index.ts'
import { runScenario } from './select/index.ts'

const PROGRAM = 'fixtures/firmware/line-client'
const folder = mkdtempSync(join(tmpdir(), 'hil-told-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pack = (scenario: string, device: string) =>
  runScenario(`scenarios/conformance/device/${scenario}.scenario.yaml`, {
    broker: 'aedes',
    bind: { dut: `device:${device}` },
  })

/** The program with a change. */
function changed(name: string, from: string | RegExp, to: string, file = 'main.mjs'): string {
  const copy = join(folder, name)
  cpSync(PROGRAM, copy, { recursive: true })
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'))
  const text = readFileSync(join(copy, file), 'utf8')
  expect(text).toMatch(from)
  writeFileSync(join(copy, file), text.replace(from, to))
  return join(copy, 'device.yaml')
}

const found = (runs: Awaited<ReturnType<typeof pack>>) =>
  runs.flatMap((run) => run.verdicts.filter((v) => v.kind === 'fail').flatMap((v) => statementsOf(v, run)))

describe('a program on the host', () => {
  it.each(['connects-will', 'sends-qos2', 'resends-qos1', 'receives-qos2', 'several-filters', 'disconnect-busy'])(
    'keeps %s',
    async (scenario) => {
      const runs = await pack(scenario, `${PROGRAM}/device.yaml`)
      expect(runs.map((run) => run.status)).toEqual(runs.map(() => 'passed'))
    },
  )

  it('is found when it forgets DUP', async () => {
    const runs = await pack('resends-twice', changed('dup', '{ ...again, dup: true }', 'again'))
    expect(found(runs)).toContain('MQTT-3.3.1-1')
  })

  it('is found when it sends the password in place of the user name', async () => {
    const runs = await pack('connects-password', changed('user', '{ username }', '{ username: password }'))
    expect(found(runs)).toContain('MQTT-3.1.3-1')
  })

  it('is skipped where its commands have no word for what is asked', async () => {
    const mute = changed('mute', / {2}unsubscribe:\n.*\n.*\n/, '', 'device.yaml')
    expect((await pack('unsubscribe', mute))[0]).toMatchObject({ status: 'skipped' })
    const plain = changed('plain', /"username": \{username:json\}/, '"username": null', 'device.yaml')
    const [run] = await pack('connects-user', plain)
    expect(run).toMatchObject({ status: 'skipped' })
    expect(JSON.stringify(run)).toContain('whose connect command has no place for username')
  })

  it('is not asked to run by itself', async () => {
    expect((await pack('by-itself/packets', `${PROGRAM}/device.yaml`))[0]).toMatchObject({ status: 'skipped' })
  })
})

describe('a virtual board', () => {
  it.each(['connects-plain', 'receives-ids'])('keeps %s', { timeout: 60_000 }, async (scenario) => {
    const runs = await pack(scenario, `${PROGRAM}/board/device.yaml`)
    expect(runs.map((run) => run.status)).toEqual(runs.map(() => 'passed'))
  })

  it('is skipped where it cannot be told of a will', async () => {
    expect((await pack('connects-will', `${PROGRAM}/board/device.yaml`))[0]).toMatchObject({ status: 'skipped' })
  })
})

it('says what is wrong with a file that is no device', async () => {
  const file = join(folder, 'wrong.yaml')
  writeFileSync(file, 'use: toaster\n')
  await expect(pack('connects-plain', file)).rejects.toMatchObject({ code: 'binding/bad-device' })
  await expect(pack('connects-plain', join(folder, 'none.yaml'))).rejects.toMatchObject({ code: 'binding/bad-device' })
})
