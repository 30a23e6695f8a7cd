// For tests of the command line: runs the built `hil` as a person would, and waits for its end.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { cli } from './cli.ts'

const ROOT = resolve(import.meta.dirname, '../..')
export const HIL = join(ROOT, 'dist/harness/cli/main.js')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves with the output so far once it matches. */
  saying(pattern: RegExp): Promise<string>
}

export function start(args: readonly string[], cwd = ROOT): Started {
  const { CI: _, FORCE_COLOR: __, ...env } = process.env
  const child = spawn(process.execPath, [HIL, ...args], { cwd, env: { ...env, NO_COLOR: '1' } })
  let out = ''
  let err = ''
  const heard = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    for (const listener of heard) listener()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }))
  return {
    child,
    ended,
    saying: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!pattern.test(out)) return
          heard.delete(look)
          resolve(out)
        }
        heard.add(look)
        look()
      }),
  }
}

export const hil = (...args: readonly string[]): Promise<Ended> => start(args).ended

/** As `hil`, in this process and so at once: for what ends before anything is started. */
export async function hilHere(...args: readonly string[]): Promise<Ended> {
  const { stdout, stderr } = process
  const real = { out: stdout.write, err: stderr.write, code: process.exitCode }
  const said = { out: '', err: '' }
  const into = (stream: 'out' | 'err') => (text: string) => {
    said[stream] += text
    return true
  }
  stdout.write = into('out') as typeof stdout.write
  stderr.write = into('err') as typeof stderr.write
  try {
    await cli(args)
    return { code: Number(process.exitCode ?? 0), ...said }
  } finally {
    stdout.write = real.out
    stderr.write = real.err
    process.exitCode = real.code
  }
}

/** A folder for results, removed with the test. */
export class Scratch implements Disposable {
  readonly path: string

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'hil-test-'))
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
