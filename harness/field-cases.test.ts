// What users met, each as a small input with what is right about it; see fixtures/field-cases/README.md.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Needed, needs } from './brokers/needs.testing.ts'
import { hil, Scratch } from './cli/testing.ts'
import { argumentsOf, type FieldCase, fieldCases, objections } from './field-cases.testing.ts'
import { freePort } from './free-port.testing.ts'

const cases = fieldCases()
const needed = new Map<string, Needed>()
for (const one of cases) needed.set(one.name, await needs(...one.needs))

let restore: () => void = () => {}
afterEach(() => restore())

describe('field cases', () => {
  for (const one of cases) {
    const { skip, why } = needed.get(one.name)!
    it.skipIf(skip)(`${one.name}: ${one.right}${why}`, async () => {
      using scratch = new Scratch()
      restore = environment(one.env)
      const port = await freePort()
      await using _ = await startBeside(one, port)
      const { code, out, err } = await hil(...argumentsOf(one, port, scratch.path))
      expect(objections(one, out + err), out + err).toEqual([])
      expect(code, out + err).toBe(one.exit)
    })
  }
})

function environment(env: FieldCase['env']): () => void {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const)
  const set = (name: string, value: string | null | undefined): void => {
    if (value === null || value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  for (const [name, value] of Object.entries(env)) set(name, value)
  return () => {
    for (const [name, value] of before) set(name, value)
  }
}

/** Starts the program that the case needs beside it, and waits until it listens. */
async function startBeside({ beside, folder }: FieldCase, port: number): Promise<AsyncDisposable> {
  if (beside === undefined) return { async [Symbol.asyncDispose]() {} }
  const [program, ...args] = beside.map((word) => word.replaceAll('{port}', String(port)))
  const child = spawn(program === 'node' ? process.execPath : program!, args, { cwd: folder, stdio: 'inherit' })
  const gone = once(child, 'exit')
  while (!(await listens(port))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${program} ended before it listened`)
  }
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => setTimeout(resolve, 20, false))
    socket.once('connect', () => socket.destroy())
  })
