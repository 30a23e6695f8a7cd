// For tests of the command line: runs `hil` here from source, or as it is built in a process of its own.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { format } from 'node:util'
import { cli } from './cli.ts'

export const ROOT = resolve(import.meta.dirname, '../..')
export const HIL = join(ROOT, 'dist/harness/cli/main.js')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves with the output so far once it matches; rejects with all that was said when the program ends without it. */
  saying(pattern: RegExp): Promise<string>
}

export interface StartOptions {
  /** It leads a group of processes of its own, which a signal can be sent to. */
  readonly ownGroup?: boolean
  /** Beside the environment of this process. */
  readonly env?: NodeJS.ProcessEnv
}

export function start(
  args: readonly string[],
  cwd = ROOT,
  { ownGroup = false, env: more = {} }: StartOptions = {},
): Started {
  const { CI: _, FORCE_COLOR: __, ...env } = process.env
  const child = spawn(process.execPath, [HIL, ...args], {
    cwd,
    env: { ...env, NO_COLOR: '1', ...more },
    detached: ownGroup,
  })
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
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(out)) return
          heard.delete(look)
          resolve(out)
        }
        heard.add(look)
        look()
        void ended.then(({ code }) =>
          reject(new Error(`hil ${args.join(' ')} ended with ${code} before it said ${pattern}:\n${out}${err}`)),
        )
      }),
  }
}

/** The built program in a process of its own: for signals, pipes, terminals, and what only the build can break. */
export const hilBuilt = (...args: readonly string[]): Promise<Ended> => start(args).ended

/** The command line in this process, from source: in a tenth of the time that a process of its own takes. */
export const hil = (...args: readonly string[]): Promise<Ended> => hilIn(ROOT, ...args)

/** One that hangs fails its own test, with what it has said, and not all that wait for their turn after it. */
const LIMIT_MS = 100_000

let turn: Promise<unknown> = Promise.resolve()

/** As `hil`, started in a folder. Folder, environment and output belong to the process, so calls take turns. */
export function hilIn(folder: string, ...args: readonly string[]): Promise<Ended> {
  const ended = turn.then(() => runHere(folder, args))
  turn = ended.catch(() => {})
  return ended
}

/** How many listen to signals and streams: one command more that stays listens in everybody's process. */
function listeners(): Record<string, number> {
  const { stdin, stdout, stderr } = process
  const ofStream = (name: string, stream: NodeJS.EventEmitter) =>
    ['data', 'end', 'error'].map((event) => [`${name} ${event}`, stream.listenerCount(event)])
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, process.listenerCount(signal)])
  return Object.fromEntries([
    ...signals,
    ...ofStream('stdin', stdin),
    ...ofStream('stdout', stdout),
    ...ofStream('stderr', stderr),
  ])
}

async function runHere(folder: string, args: readonly string[]): Promise<Ended> {
  const { stdout, stderr, env } = process
  const { log, error } = console
  const real = { out: stdout.write, err: stderr.write, code: process.exitCode, folder: process.cwd(), env: { ...env } }
  const said = { out: '', err: '' }
  const into = (stream: 'out' | 'err') => (text: string | Uint8Array) => {
    said[stream] += typeof text === 'string' ? text : Buffer.from(text).toString()
    return true
  }
  stdout.write = into('out') as typeof stdout.write
  stderr.write = into('err') as typeof stderr.write
  // Under vitest the console is not that of the process.
  console.log = (...told) => void into('out')(`${format(...told)}\n`)
  console.error = (...told) => void into('err')(`${format(...told)}\n`)
  delete env.CI
  delete env.FORCE_COLOR
  env.NO_COLOR = '1'
  process.exitCode = undefined
  process.chdir(folder)
  const before = listeners()
  let late: NodeJS.Timeout | undefined
  try {
    const hangs = new Promise<never>((_, reject) => {
      late = setTimeout(() => {
        reject(new Error(`hil ${args.join(' ')} has not ended in ${LIMIT_MS} ms; it said:\n${said.out}${said.err}`))
      }, LIMIT_MS)
    })
    await Promise.race([cli(args), hangs])
    const left = Object.entries(listeners()).filter(([name, count]) => count > before[name]!)
    if (left.length > 0)
      throw new Error(`hil ${args.join(' ')} still listens to ${left.map(([name]) => name).join(', ')}`)
    return { code: Number(process.exitCode ?? 0), ...said }
  } finally {
    clearTimeout(late)
    process.chdir(real.folder)
    stdout.write = real.out
    stderr.write = real.err
    Object.assign(console, { log, error })
    process.exitCode = real.code
    for (const name of ['CI', 'FORCE_COLOR', 'NO_COLOR']) {
      if (real.env[name] === undefined) delete env[name]
      else env[name] = real.env[name]
    }
  }
}

/** A folder for results, removed with the test. It is made when it is first used: a test that is skipped leaves none. */
export class Scratch implements Disposable {
  #path: string | null = null

  get path(): string {
    this.#path ??= mkdtempSync(join(tmpdir(), 'hil-test-'))
    return this.#path
  }

  [Symbol.dispose](): void {
    if (this.#path !== null) rmSync(this.#path, { recursive: true, force: true })
  }
}
