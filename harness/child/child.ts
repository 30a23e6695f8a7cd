// A child process that does not outlive us: asked to end, then killed, and killed at once when this process exits for
// whatever reason that still runs code (an uncaught exception does). After SIGKILL the reaper kills it.

import type { Readable, Writable } from 'node:stream'
import { Helper } from './helper.ts'
import { killAfterUs } from './reaper.ts'
import { type Exit, type Spawned, type SpawnSettings, sendSignal, spawnHere } from './spawned.ts'

export type { Exit } from './spawned.ts'

/** How long a child may take to end when asked. */
const TERMINATION_LIMIT_MS = 2000
/** So many forks are quicker made than a helper. */
const FORKS_WITHOUT_HELPER = 8

export interface ChildOptions extends SpawnSettings {
  /** Nobody minds if its output and its end are told a millisecond later; else it is forked here. */
  readonly byHelper?: boolean
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

  private constructor({ pid, stdin, stdout, stderr, exit }: Spawned, group: boolean) {
    this.pid = pid
    this.stdin = stdin
    this.stdout = stdout
    this.stderr = stderr
    this.#group = group
    alive.add(this)
    const hasEnded = killAfterUs(pid, group)
    this.exit = exit.then((how) => {
      alive.delete(this)
      hasEnded()
      return how
    })
  }

  /** Throws Node's own error (`ENOENT`, `EACCES`) when it cannot be run. */
  static async spawn(file: string, args: readonly string[], options: ChildOptions = {}): Promise<Child> {
    const { byHelper = false, ...settings } = options
    if (!hooked) process.on('exit', killAll)
    hooked = true
    const helper = byHelper ? await helperAtHand() : null
    const spawned = await (helper === null ? spawnHere(file, args, settings) : helper.spawn(file, args, settings))
    return new Child(spawned, settings.group ?? false)
  }

  /** To the whole group when it leads one; nothing when it is gone. */
  signal(signal: NodeJS.Signals): void {
    sendSignal(this.pid, this.#group, signal)
  }

  /** SIGTERM, and SIGKILL when that has not helped in time. */
  async end(patience: number = TERMINATION_LIMIT_MS): Promise<void> {
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

let forks = 0
let helper: Promise<Helper | null> | null = null

/** From the first program on: what they start must not outlive this process, even when it is killed while it stands still. */
export function alwaysByHelper(): void {
  forks = FORKS_WITHOUT_HELPER
}

async function helperAtHand(): Promise<Helper | null> {
  if (forks++ < FORKS_WITHOUT_HELPER) return null
  helper ??= Helper.start()
  const mine = await helper
  if (mine?.gone === true) helper = null
  return mine?.gone === true ? null : mine
}
