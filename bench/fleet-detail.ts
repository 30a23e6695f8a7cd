// The fleet against bare `net` and MQTT.js, the same work in one run: each measurement is a process of
// its own with a fresh mosquitto, kinds take turns, and the median of the rounds counts. Absolute times
// on a shared machine mean little; the ratio to bare `net` is what is held.

import { type Figures, type Kind, measured, median, type Task } from './fleet/measured.ts'
import type { Measure } from './measure.ts'

const ROUNDS = Number(process.env.HIL_BENCH_ROUNDS ?? 3)
const KINDS = ['bare', 'fleet', 'mqttjs'] as const

export async function fleetDetail(): Promise<readonly Measure[]> {
  const connect = await rounds('connect', 0)
  const paced0 = await rounds('paced', 0)
  const paced1 = await rounds('paced', 1)
  const flat0 = await rounds('flat', 0)
  const flat1 = await rounds('flat', 1)
  const latency = await rounds('latency', 0)
  return [
    row('connect 10,000, CPU each (target 1.3)', connect, 'cpu', us),
    row('connect 10,000, wall (target 3 s)', connect, 'wall', (n) => `${(n / 1000).toFixed(2)} s`),
    row('memory per idle device (target 6 KiB)', connect, 'memory', (n) => `${(n / 1024).toFixed(1)} KiB`),
    row('QoS 0, 5,000 devices, 1/s: CPU each (target 1.3)', paced0, 'cpu', us),
    row('QoS 1, 5,000 devices, 1/s: CPU each', paced1, 'cpu', us),
    row('QoS 0 flat out, 100 devices: CPU each', flat0, 'cpu', us),
    row('QoS 1 flat out, 100 devices: CPU each', flat1, 'cpu', us),
    row('latency from intended, p50 (target 250 µs)', latency, 'p50', ms),
    row('latency from intended, p99', latency, 'p99', ms),
  ]
}

async function rounds(task: Task, qos: 0 | 1): Promise<Readonly<Record<Kind, readonly Figures[]>>> {
  const figures: Record<Kind, Figures[]> = { bare: [], fleet: [], mqttjs: [] }
  for (let k = 0; k < ROUNDS; k++)
    for (const kind of KINDS) figures[kind].push(await measured(kind, task, qos, process.env.HIL_BENCH_CLIENT))
  return figures
}

function row(
  name: string,
  figures: Readonly<Record<Kind, readonly Figures[]>>,
  key: string,
  show: (n: number) => string,
): Measure {
  const of = (kind: Kind): number => median(figures[kind].map((f) => f[key]!))
  const baseline = `bare net ${show(of('bare'))}, MQTT.js ${show(of('mqttjs'))}`
  return { name, value: show(of('fleet')), baseline, ratio: of('fleet') / of('bare') }
}

const us = (n: number): string => `${n.toFixed(1)} µs`
const ms = (n: number): string => `${(n * 1000).toFixed(0)} µs`
