// Runs in virtual time against the time that they stand for, and against the same run in real time.

import { runScenario } from '../harness/select/index.ts'
import type { Measure } from './measure.ts'

const RUNS = 9

const HELLO = `name: hello
version: 1
devices:
  blue: { use: umqtt.simple, with: { keepalive: 30s } }
steps:
  - connect: blue
  - publish: { device: blue, topic: greetings/blue, payload: hello, qos: 1 }
  - expect: { packet: { to: blue, type: puback }, within: 200ms }
  - expect: { message: { topic: greetings/blue, payload: hello }, count: 1, within: 300ms }
`

const HOUR_MS = 3_600_000
/** The broker restarts twice an hour. */
const HOUR = `name: an hour of a device
version: 1
timeout: 2h
devices:
  blue: { use: umqtt.robust, poll: false }
steps:
  - connect: blue
  - parallel:
      - chaos:
          for: 1h
          broker: { every: 30m, down-for: 5s }
      - repeat:
          times: 360
          steps:
            - publish: { device: blue, topic: t, payload: x }
            - delay: 10s
`

/** Wall time, ms. */
async function wallOf(text: string, clock: 'real' | 'virtual'): Promise<number> {
  const begun = performance.now()
  const [run] = await runScenario({ text }, { clock, seed: 1 })
  if (run?.status !== 'passed') throw new Error(`${run?.status}: ${run?.problem?.message ?? 'a claim failed'}`)
  return performance.now() - begun
}

async function medianOf(text: string, clock: 'real' | 'virtual', runs: number): Promise<number> {
  const all: number[] = []
  for (let k = 0; k < runs; k++) all.push(await wallOf(text, clock))
  return all.sort((a, b) => a - b)[Math.floor(runs / 2)]!
}

export async function virtualTime(): Promise<readonly Measure[]> {
  await wallOf(HELLO, 'virtual') // loads what is loaded once
  const [real, virtual] = [await medianOf(HELLO, 'real', RUNS), await medianOf(HELLO, 'virtual', RUNS)]
  const hour = await medianOf(HOUR, 'virtual', 3)
  return [
    {
      name: 'hello, with compiling it',
      value: `${virtual.toFixed(0)} ms`,
      baseline: `in real time ${real.toFixed(0)} ms`,
      ratio: virtual / real,
    },
    {
      name: 'an hour of umqtt.robust, 360 publishes',
      value: `${(hour / 1000).toFixed(2)} s`,
      baseline: `${(HOUR_MS / hour).toFixed(0)} times as fast as the hour itself`,
      ratio: null,
    },
  ]
}
