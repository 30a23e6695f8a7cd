// What a whole run costs whose device sends much, through a delay: what is recorded leaves memory, and the record of a
// run with a program, which is written as it grows, is not kept as text until then.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { needs } from '../brokers/needs.testing.ts'
import { Scratch } from './testing.ts'

const BYTES = 20_000
const MANY = 40
/**
 * More than twice what was measured: 14 MB, which are on their way or describe events. A run that keeps the bytes of its
 * events holds 50 MB more.
 */
const MOST = 34e6

/** Writes to a file what the process held at most: what is left when all garbage has been collected. */
const SAMPLER = `
let peak = 0
setInterval(() => {
  gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  peak = Math.max(peak, heapUsed + arrayBuffers)
}, 250).unref()
process.on('exit', () => require('node:fs').writeFileSync(process.env.PEAK_FILE, String(peak)))
`

/** Says \`ready\`, waits for a line, sends so many megabytes, and \`done\` when a PINGRESP comes behind them. */
const DEVICE = `
const socket = require('node:net').connect(process.env.HIL_PORT, process.env.HIL_HOST)
socket.write(Buffer.from('101000044d5154540402003c000461626364', 'hex'))
socket.once('data', () => {
  console.log('ready')
  process.stdin.once('data', () => {
    const body = Buffer.concat([Buffer.from([0, 1, 0x78]), Buffer.alloc(${BYTES}, 'z')])
    const n = body.length
    const packet = Buffer.concat([Buffer.from([0x30, (n & 127) | 128, ((n >> 7) & 127) | 128, n >> 14]), body])
    let left = Number(process.argv[2]) * 1e6
    const more = () => {
      while (left > 0) {
        left -= packet.length
        if (!socket.write(packet)) return socket.once('drain', more)
      }
      socket.once('data', () => { console.log('done'); process.exit(0) })
      socket.write(Buffer.from('c000', 'hex'))
    }
    more()
  })
})
`

const scenario = (megabytes: number): string => `
name: much
version: 1
observer: false
timeout: 100s
devices:
  blue: { use: process, command: ["${process.execPath}", device.cjs, "${megabytes}"] }
steps:
  - expect: { serial: { device: blue, line: ready }, within: 30s }
  - disturb: { device: blue, direction: up, packet: publish, do: { delay: 5ms } }
  - serial: { device: blue, send: go }
  - expect: { serial: { device: blue, line: done }, within: 90s }
`

const { skip, why } = await needs('mosquitto')

it.skipIf(skip)(
  `a run that carries ${MANY} MB holds little more memory than one that carries 1 MB${why}`,
  async () => {
    using folder = new Scratch()
    const main = resolve(import.meta.dirname, '../../dist/harness/cli/main.js')
    writeFileSync(join(folder.path, 'sampler.cjs'), SAMPLER)
    writeFileSync(join(folder.path, 'device.cjs'), DEVICE)
    const peakOf = async (megabytes: number): Promise<number> => {
      const file = join(folder.path, `much-${megabytes}.scenario.yaml`)
      writeFileSync(file, scenario(megabytes))
      const peakFile = join(folder.path, `peak-${megabytes}`)
      const node = ['--expose-gc', '--require', join(folder.path, 'sampler.cjs')]
      const args = [...node, main, 'run', file, '--broker', 'mosquitto']
      // Without report.html, which has up to 24 MB of a record.
      const output = ['--output', join(folder.path, `results-${megabytes}`), '--reporter', 'list']
      const env = { ...process.env, PEAK_FILE: peakFile }
      await promisify(execFile)(process.execPath, [...args, ...output], { cwd: folder.path, env })
      return Number(readFileSync(peakFile, 'utf8'))
    }
    const little = await peakOf(1)
    expect((await peakOf(MANY)) - little).toBeLessThan(MOST)
  },
  240_000,
)

/** Goes through a record of 60 MB in one turn of the event loop, and tells how much of it is in memory then. */
const READER = `
const [evidence, file] = process.argv.slice(2)
const { openTimeline, writeTimelineFile } = await import(evidence)
const packet = (seq) => {
  const raw = new Uint8Array(20_000).fill(seq & 255)
  raw.set([seq & 255, seq >> 8])
  return { kind: 'bytes', device: 'blue', direction: 'up', connection: 1, raw, offset: 0, delivered: true, at: seq, seq }
}
await writeTimelineFile(file, {}, Array.from({ length: 3000 }, (_, seq) => packet(seq)))
await new Promise((resolve) => setTimeout(resolve))
let sum = 0
for (const event of openTimeline(file).events) sum += event.raw.length
// What one collection frees is given back before the next.
for (let k = 0; k < 3; k++) gc()
console.log(JSON.stringify([sum, process.memoryUsage().arrayBuffers]))
`

it('a record that is gone through leaves no bytes of its events in memory', async () => {
  using folder = new Scratch()
  const program = join(folder.path, 'reader.mjs')
  writeFileSync(program, READER)
  const evidence = resolve(import.meta.dirname, '../../dist/harness/evidence/index.js')
  const args = ['--expose-gc', program, evidence, join(folder.path, 'timeline.ndjson')]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const [sum, left] = JSON.parse(stdout) as [number, number]
  expect(sum).toBe(60_000_000)
  expect(left).toBeLessThan(10e6)
})
