// What it costs a device program to ask its board, against a plain function call of the same shape.

import { clients, type Program, type PyValue } from '../emulators/index.ts'
import type { Measure } from './measure.ts'

const CALLS = 2_000_000
const DEVICES = 20_000

export async function boardCalls(): Promise<readonly Measure[]> {
  warm()
  const call = perCall(oneCallProgram)
  const plain = perCallPlain()
  return [
    {
      name: 'a board call, one generator deep',
      value: ns(call),
      baseline: `plain call ${ns(plain)}`,
      ratio: call / plain,
    },
    memory(),
  ]
}

function* oneCallProgram(): Program<void> {
  for (let k = 0; k < CALLS; k++) yield { kind: 'now' }
}

function warm(): void {
  const program = oneCallProgram()
  for (let k = 0; k < 100_000; k++) program.next(0)
}

function perCall(make: () => Program<void>): number {
  const program = make()
  const begun = process.hrtime.bigint()
  while (!program.next(0).done) {
    // the driver's side is empty on purpose
  }
  return Number(process.hrtime.bigint() - begun) / CALLS
}

function perCallPlain(): number {
  let sink = 0
  const answer = (call: { kind: string }): number => call.kind.length
  const begun = process.hrtime.bigint()
  for (let k = 0; k < CALLS; k++) sink += answer({ kind: 'now' })
  const took = Number(process.hrtime.bigint() - begun) / CALLS
  if (sink === 0) throw new Error('unreachable')
  return took
}

/** A device that has connected and waits in wait_msg: what it holds while suspended. */
function memory(): Measure {
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const suspended: Program<PyValue>[] = []
  for (let k = 0; k < DEVICES; k++) {
    const kind = clients['umqtt.simple']
    const client = kind.create(kind.identity(`d${k}`, '127.0.0.1', 1883), {})
    const connect = client.call('connect', [], {})
    connect.next()
    suspended.push(connect)
  }
  globalThis.gc?.()
  const bytes = (process.memoryUsage().heapUsed - before) / suspended.length
  return {
    name: 'a suspended umqtt.simple, object and stack',
    value: `${Math.round(bytes)} B`,
    baseline: globalThis.gc === undefined ? 'rough: run node with --expose-gc' : 'target: some hundred bytes',
    ratio: null,
  }
}

const ns = (n: number): string => `${n.toFixed(0)} ns`
