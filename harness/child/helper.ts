// Starts programs by way of a small process of ours. A fork copies the page tables of who forks, and a harness that
// holds the records of a thousand scenarios stands still for it for 10 ms and more; the helper forks in one.

import { type ChildProcess, fork } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { builtFile } from './built.ts'
import { type Exit, type Spawned, type SpawnSettings, sendSignal } from './spawned.ts'

export interface Ask {
  readonly id: number
  readonly file: string
  readonly args: readonly string[]
  readonly settings: SpawnSettings
}

export type HelperMessage = { readonly id: number } & (
  | { readonly pid: number }
  | { readonly error: { readonly code: string | undefined; readonly message: string } }
  | { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  | { readonly exit: Exit }
)

interface Program {
  readonly begun: (pid: number) => void
  readonly failed: (error: Error) => void
  readonly stdout: PassThrough
  readonly stderr: PassThrough
  readonly ended: (exit: Exit) => void
  readonly group: boolean
  pid: number | null
}

export class Helper {
  readonly #process: ChildProcess
  readonly #programs = new Map<number, Program>()
  #ids = 0
  #gone = false

  private constructor(process: ChildProcess) {
    this.#process = process
    process.on('message', (told: HelperMessage) => this.#told(told))
    process.on('error', () => {}) // of a message that it could not be sent: it is gone
    process.once('exit', () => this.#lost())
    process.unref()
    process.channel?.unref()
  }

  /** null: it is not there, as when the sources run and nothing is built. Else it is up when this resolves. */
  static async start(): Promise<Helper | null> {
    const file = builtFile('helper-process.js')
    if (file === null) return null
    const child = fork(file, [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const isUp = await new Promise<boolean>((resolve) => {
      child.once('spawn', () => resolve(true))
      child.once('error', () => resolve(false))
    })
    return isUp ? new Helper(child) : null
  }

  get pid(): number {
    return this.#process.pid!
  }

  /** And with it what it has started. */
  stop(): void {
    this.#process.disconnect()
  }

  /** It has been killed, or stopped. */
  get gone(): boolean {
    return this.#gone
  }

  /** As `spawnHere`; without standard input. */
  spawn(file: string, args: readonly string[], settings: SpawnSettings): Promise<Spawned> {
    const id = this.#ids++
    // Who waits for a program keeps this process alive, as with a child of its own.
    if (this.#programs.size === 0) this.#process.channel?.ref()
    return new Promise<Spawned>((resolve, failed) => {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()]
      let ended!: Program['ended']
      const exit = new Promise<Exit>((r) => {
        ended = r
      })
      const begun = (pid: number): void => resolve({ pid, stdin: null, stdout, stderr, exit })
      this.#programs.set(id, { begun, failed, stdout, stderr, ended, group: settings.group === true, pid: null })
      this.#process.send({ id, file, args, settings: { env: process.env, ...settings } } satisfies Ask, (error) => {
        if (error !== null) this.#fail(id, error)
      })
    })
  }

  #told(told: HelperMessage): void {
    const program = this.#programs.get(told.id)
    if (program === undefined) return
    if ('pid' in told) {
      program.pid = told.pid
      program.begun(told.pid)
    } else if ('stream' in told) program[told.stream].write(told.bytes)
    else if ('exit' in told) this.#end(told.id, program, told.exit)
    else this.#fail(told.id, Object.assign(new Error(told.error.message), { code: told.error.code }))
  }

  #fail(id: number, error: Error): void {
    this.#programs.get(id)?.failed(error)
    this.#forget(id)
  }

  #end(id: number, { stdout, stderr, ended }: Program, exit: Exit): void {
    stdout.end()
    stderr.end()
    this.#forget(id)
    // Whoever waits for the end has had its last words; one who has just been given the program begins to read first.
    setImmediate(() => void Promise.all([heard(stdout), heard(stderr)]).then(() => ended(exit)))
  }

  #forget(id: number): void {
    this.#programs.delete(id)
    if (this.#programs.size === 0) this.#process.channel?.unref()
  }

  /** Somebody has killed it; what it has started is nobody's child now, and must not stay. */
  #lost(): void {
    this.#gone = true
    for (const [id, program] of [...this.#programs]) {
      if (program.pid === null) this.#fail(id, new Error('the process that starts programs is gone'))
      else {
        sendSignal(program.pid, program.group, 'SIGKILL')
        this.#end(id, program, { code: null, signal: 'SIGKILL' })
      }
    }
  }
}

/** Resolves when whoever reads the stream has read it to its end; at once when nobody reads. */
async function heard(stream: PassThrough): Promise<void> {
  if (stream.readableFlowing === true) await finished(stream, { writable: false }).catch(() => {})
}
