// One measurement of a fleet, or of what it is held against: a process of its own with a fresh mosquitto.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { brokers } from '../../harness/brokers/index.ts'

const CHILD = join(import.meta.dirname, 'child.js')

export type Kind = 'bare' | 'fleet' | 'mqttjs'
export type Task = 'connect' | 'living' | 'flat' | 'paced' | 'latency'
/** CPU in µs of one connect or message, wall in ms, memory in bytes of one client. */
export type Figures = Readonly<Record<string, number>>

/** `client`: whose library the fleet runs; default: umqtt.simple. */
export async function measured(kind: Kind, task: Task, qos: 0 | 1, client = 'umqtt.simple'): Promise<Figures> {
  await using broker = await brokers.mosquitto.open({ log: 'brief', config: ['max_queued_messages 100000'] })
  const args = ['--expose-gc', CHILD, kind, task, String(broker.port), String(qos), client]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${kind} ${task} ended with ${code}`)
  return JSON.parse(out) as Figures
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
