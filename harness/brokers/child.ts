// A child process that does not outlive us: asked to end, then killed, and killed at once when this process
// exits for whatever reason that still runs code (an uncaught exception does, SIGKILL does not).

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { atExit } from './at-exit.ts'

/** How long a child may take to end when asked. */
const PATIENCE_MS = 2000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export const showExit = ({ code, signal }: Exit): string => (signal === null ? `exit code ${code}` : `signal ${signal}`)

export class Child {
  readonly pid: number
  /** Resolves when it is gone and its output has been read; never rejects. */
  readonly exit: Promise<Exit>
  readonly #process: ChildProcess

  private constructor(process: ChildProcess) {
    this.#process = process
    this.pid = process.pid!
    const callOff = atExit(() => process.kill('SIGKILL'))
    this.exit = new Promise((resolve) => {
      process.once('close', (code, signal) => {
        callOff()
        resolve({ code, signal })
      })
    })
  }

  /** Throws Node's own error (`ENOENT`, `EACCES`) when it cannot be run. Both outputs go to `heard`. */
  static async spawn(file: string, args: readonly string[], heard: (text: string) => void): Promise<Child> {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    await once(child, 'spawn')
    child.on('error', () => {}) // of a signal that could not be sent: it is gone
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', heard)
    return new Child(child)
  }

  /** SIGTERM, and SIGKILL when that has not helped after 2 s. */
  async end(): Promise<void> {
    const giveUp = setTimeout(() => this.#process.kill('SIGKILL'), PATIENCE_MS)
    this.#process.kill('SIGTERM')
    await this.exit
    clearTimeout(giveUp)
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.exit
  }
}
