// A program that was started, whoever has forked for it.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

export interface SpawnSettings extends Pick<SpawnOptions, 'cwd' | 'env' | 'shell'> {
  /** It leads a group of its own, and what it starts is signalled with it. */
  readonly group?: boolean
  /** Its standard input is a pipe; else it has none. */
  readonly input?: boolean
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
  const { group = false, input = false, ...rest } = settings
  const stdio = [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] as const
  const child: ChildProcess = spawn(file, args, { ...rest, stdio: [...stdio], detached: group, windowsHide: true })
  await once(child, 'spawn')
  child.on('error', () => {}) // of a signal that could not be sent: it is gone
  child.stdin?.on('error', () => {}) // one that has ended reads no more; its exit is the event
  return {
    pid: child.pid!,
    stdin: child.stdin,
    stdout: child.stdout!,
    stderr: child.stderr!,
    exit: once(child, 'close').then(([code, signal]) => ({ code, signal })),
  }
}

/** To the whole group when it leads one; nothing when it is gone. */
export function sendSignal(pid: number, group: boolean, signal: NodeJS.Signals): void {
  try {
    process.kill(group ? -pid : pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
