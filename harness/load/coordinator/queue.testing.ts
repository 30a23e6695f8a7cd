// For tests of queues: a Redis and workers of their own, ended with the test.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { needs } from '../../brokers/needs.testing.ts'
import { freePort } from '../../free-port.testing.ts'

export const KEY = '00112233445566778899aabbccddeeff'
process.env.HIL_QUEUE_KEY = KEY

export const HIL = resolve(import.meta.dirname, '../../../dist/harness/cli/main.js')
export const redisHere = await needs('redis-server')

export function started(
  command: string,
  args: readonly string[],
  sign: RegExp,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 5000)
    await exit
    clearTimeout(late)
  })
  let out = ''
  return new Promise((resolve, reject) => {
    const hear = (text: Buffer): void => {
      out += text
      if (sign.test(out)) resolve(child)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', (code) => reject(new Error(`${command} ended with ${code}: ${out}`)))
  })
}

export async function redis(...more: readonly string[]): Promise<string> {
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more]
  await started(redisHere.paths[0]!, args, /Ready to accept connections/i)
  return `redis://127.0.0.1:${port}`
}

export const worker = (url: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> =>
  started(process.execPath, [HIL, 'worker', '--queue', url, '--concurrency', '1', ...args], /worker .* from Redis/, {
    ...process.env,
    ...env,
  })
