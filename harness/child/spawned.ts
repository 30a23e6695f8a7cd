// A program that was started, whoever has forked for it.

import { type ChildProcess, type SpawnOptions, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable, type Writable } from 'node:stream'
import { openTerminal } from './terminal.ts'

export interface SpawnSettings extends Pick<SpawnOptions, 'cwd' | 'env' | 'shell'> {
  /** It leads a group of its own, and what it starts is signalled with it. */
  readonly group?: boolean
  /** Its standard input is a pipe; else it has none. */
  readonly input?: boolean
  /**
   * `output`: its standard output is a terminal where one can be had, so that it writes line by line. `all`: its input
   * and its errors are, too. Default: pipes.
   */
  readonly terminal?: 'output' | 'all' | undefined
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Spawned {
  readonly pid: number
  readonly stdin: Writable | null
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when it is gone and its output has been read; never rejects. */
  readonly exit: Promise<Exit>
}

/** Forks this very process. Throws Node's own error (`ENOENT`, `EACCES`) when the program cannot be run. */
export async function spawnHere(file: string, args: readonly string[], settings: SpawnSettings): Promise<Spawned> {
  const { group = false, input = false, terminal, ...rest } = settings
  const tty = terminal === undefined ? null : openTerminal()
  if (tty === null && terminal === 'all') throw new Error('no pseudo terminal can be opened here')
  const inTty = terminal === 'all'
  const stdio = tty === null ? [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] : stdioOf(tty.fd, inTty, input)
  const child: ChildProcess = spawn(file, args, {
    ...rest,
    stdio: stdio as StdioOptions,
    detached: group,
    windowsHide: true,
  })
  try {
    await once(child, 'spawn')
  } finally {
    tty?.started()
  }
  child.on('error', () => {}) // of a signal that could not be sent: it is gone
  child.stdin?.on('error', () => {}) // one that has ended reads no more; its exit is the event
  const exit = once(child, 'close').then(([code, signal]) => ({ code, signal }) as Exit)
  return {
    pid: child.pid!,
    stdin: tty !== null && inTty ? tty.input : child.stdin,
    stdout: tty?.output ?? child.stdout!,
    stderr: child.stderr ?? Readable.from([]),
    exit: tty === null ? exit : Promise.all([exit, tty.ended]).then(([how]) => how),
  }
}

const stdioOf = (fd: number, all: boolean, input: boolean): StdioOptions =>
  all ? [fd, fd, fd] : [input ? 'pipe' : 'ignore', fd, 'pipe']

/** To the whole group when it leads one; nothing when it is gone. */
export function sendSignal(pid: number, group: boolean, signal: NodeJS.Signals): void {
  try {
    process.kill(group ? -pid : pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
