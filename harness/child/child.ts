// A child process that does not outlive us: asked to end, then killed, and killed at once when this
// process exits for whatever reason that still runs code (an uncaught exception does, SIGKILL does not).

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

/** How long a child may take to end when asked. */
const PATIENCE_MS = 2000

export interface ChildOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'shell'> {
  /** It leads a group of its own, and what it starts is signalled with it. */
  readonly group?: boolean
  /** Its standard input is a pipe; else it has none. */
  readonly input?: boolean
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export const showExit = ({ code, signal }: Exit): string => (signal === null ? `exit code ${code}` : `signal ${signal}`)

const alive = new Set<Child>()
let hooked = false

/** Now, for whoever handles a signal that ends the process. */
export function killAll(): void {
  for (const child of alive) child.signal('SIGKILL')
}

export class Child {
  readonly pid: number
  readonly stdin: Writable | null
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when it is gone and its output has been read; never rejects. */
  readonly exit: Promise<Exit>
  readonly #group: boolean

  private constructor(process: ChildProcess, group: boolean) {
    this.pid = process.pid!
    this.stdin = process.stdin
    this.stdout = process.stdout!
    this.stderr = process.stderr!
    this.#group = group
    alive.add(this)
    process.on('error', () => {}) // of a signal that could not be sent: it is gone
    process.stdin?.on('error', () => {}) // one that has ended reads no more; its exit is the event
    this.exit = once(process, 'close').then(([code, signal]) => {
      alive.delete(this)
      return { code, signal }
    })
  }

  /** Throws Node's own error (`ENOENT`, `EACCES`) when it cannot be run. */
  static async spawn(file: string, args: readonly string[], options: ChildOptions = {}): Promise<Child> {
    const { group = false, input = false, ...rest } = options
    if (!hooked) process.on('exit', killAll)
    hooked = true
    const stdio = [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] as const
    const child = spawn(file, args, { ...rest, stdio: [...stdio], detached: group, windowsHide: true })
    await once(child, 'spawn')
    return new Child(child, group)
  }

  /** To the whole group when it leads one; nothing when it is gone. */
  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(this.#group ? -this.pid : this.pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  /** SIGTERM, and SIGKILL when that has not helped in time. */
  async end(patience: number = PATIENCE_MS): Promise<void> {
    const giveUp = setTimeout(() => this.signal('SIGKILL'), patience)
    this.signal('SIGTERM')
    await this.exit
    clearTimeout(giveUp)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.exit
  }
}
