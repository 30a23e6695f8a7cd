// What a worker leaves behind that stands still for ever when vitest is killed: nothing.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { needs } from '../brokers/needs.testing.ts'
import { Scratch } from '../cli/testing.ts'
import { linkPackages, startVitest } from './testing.ts'

const { skip, why } = await needs('mosquitto')

const LOOP = `
import { writeFileSync } from 'node:fs'
import { test } from 'mqtt-hil/vitest/test'
test.override({ hil: { broker: 'mosquitto' } })
test('loops', async ({ device, broker }) => {
  const blue = await device('umqtt.simple')
  await blue.connect()
  writeFileSync('pids.tmp', [process.pid, broker.pid].join(' '))
  for (;;);
})
`

/** A process that has ended and that nobody has waited for is still found by its id. */
const runs = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

it.skipIf(skip || !existsSync('/proc/self/stat'))(
  `worker and broker of an endless loop go with vitest${why}`,
  async () => {
    using project = new Scratch()
    linkPackages(project.path)
    writeFileSync(join(project.path, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(project.path, 'loop.test.ts'), LOOP)
    const { child, ended } = startVitest(project.path, ['run'])
    const file = join(project.path, 'pids.tmp')
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8').includes(' ')).toBe(true)
    const pids = readFileSync(file, 'utf8').split(' ').map(Number)
    expect(pids.map(runs)).toEqual([true, true])
    child.kill('SIGKILL')
    await ended.catch(() => {})
    await expect.poll(() => pids.map(runs)).toEqual([false, false])
  },
)
