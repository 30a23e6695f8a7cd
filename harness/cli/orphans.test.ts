// What is left of a `hil` that is killed while programs run for it: nothing.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { needs } from '../brokers/needs.testing.ts'
import { childrenOf, isRunning } from './children.testing.ts'
import { Scratch, type Started, start } from './testing.ts'

const mosquittoHere = await needs('mosquitto')

/** Tells the pids of what runs in the file `up`, which is there as a whole or not at all. */
const TELL = `
const { writeFileSync, renameSync } = require('node:fs')
const tell = (...pids) => {
  writeFileSync('up.tmp', pids.join(' '))
  renameSync('up.tmp', 'up')
}`

/** A device that has started a program of its own. It tells once hil has written to it. */
const DEVICE = `${TELL}
const below = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
process.stdin.once('data', () => tell(process.pid, below.pid))
setInterval(() => {}, 1000)`

/** Takes connections and says nothing. It tells once hil has connected. */
const BROKER = `${TELL}
writeFileSync('\${{ folder }}/own', '')
require('node:net').createServer(() => tell(process.pid)).listen(\${{ port }}, '127.0.0.1')`

/** Tells whether the folder of the broker is still there. */
const KILL = `
const { existsSync, writeFileSync } = require('node:fs')
writeFileSync('killed', String(existsSync('\${{ folder }}/own')))`

class Place extends Scratch {
  /** Where programs put temporary folders. */
  readonly temporary = join(this.path, 'tmp')

  constructor() {
    super()
    mkdirSync(this.temporary)
    const device = { use: 'process', command: [process.execPath, '-e', DEVICE], link: { tls: true } }
    const steps = [{ serial: { device: 'child', send: 'go' } }, { delay: '10m' }]
    const scenario = { name: 'a device that runs', version: 1, devices: { child: device }, steps }
    writeFileSync(join(this.path, 'a.scenario.yaml'), JSON.stringify(scenario))
  }

  start(command: string, ...args: readonly string[]): Started {
    const all = [command, ...args, '--output', join(this.path, 'results')]
    return start(all, this.path, { env: { TMPDIR: this.temporary } })
  }

  /** Names of temporary folders, without what is different each time. */
  left(): readonly string[] {
    return readdirSync(this.temporary)
      .map((name) => name.replace(/-\w+$/, ''))
      .sort()
  }

  /** The pids of what runs, once hil knows of it. */
  async up(): Promise<readonly number[]> {
    await expect.poll(() => existsSync(join(this.path, 'up'))).toBe(true)
    return readFileSync(join(this.path, 'up'), 'utf8').split(' ').map(Number)
  }

  /** Kills hil, and waits until programs and folders are gone; a test that fails leaves no programs, either. */
  async killed(hil: Started, pids: readonly number[]): Promise<void> {
    try {
      expect(pids.map(isRunning)).toEqual(pids.map(() => true))
      hil.child.kill('SIGKILL')
      await expect.poll(() => [...pids.filter(isRunning), ...this.left()]).toEqual([])
    } finally {
      for (const pid of pids) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    }
  }
}

const mosquittoBelow = ({ child }: Started): number =>
  childrenOf(child.pid!).find(({ name }) => name === 'mosquitto')!.pid

it('a device, what it has started and its certificates go with a run that is killed', async () => {
  using place = new Place()
  const run = place.start('run', 'a.scenario.yaml')
  const pids = await place.up()
  expect(place.left()).toEqual(['hil-certificates'])
  await place.killed(run, pids)
})

it('the own kill of a broker by a command is run', async () => {
  using place = new Place()
  const [command, kill] = [BROKER, KILL].map((source) => [process.execPath, '-e', source])
  const broker = { use: 'command', command, directory: place.path, kill }
  writeFileSync(join(place.path, 'harness.config.ts'), `export default { brokers: { own: ${JSON.stringify(broker)} } }`)
  const run = place.start('run', 'a.scenario.yaml', '--broker', 'own')
  await place.killed(run, await place.up())
  expect(readFileSync(join(place.path, 'killed'), 'utf8')).toBe('true')
})

it.skipIf(mosquittoHere.skip)(`mosquitto goes with a run that is killed${mosquittoHere.why}`, async () => {
  using place = new Place()
  const run = place.start('run', 'a.scenario.yaml', '--broker', 'mosquitto')
  const pids = [...(await place.up()), mosquittoBelow(run)]
  expect(place.left()).toEqual(['hil-certificates', 'hil-mosquitto'])
  await place.killed(run, pids)
})

it.skipIf(mosquittoHere.skip)(`mosquitto goes with a recording that is killed${mosquittoHere.why}`, async () => {
  using place = new Place()
  const recording = place.start('record', '--broker', 'mosquitto')
  await recording.saying(/recording into/)
  await place.killed(recording, [mosquittoBelow(recording)])
})
