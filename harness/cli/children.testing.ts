// For tests: the processes that a process has started. From /proc, because a small machine has no `ps`.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export interface ChildProcessFacts {
  readonly pid: number
  /** Of its program, at most 15 characters. */
  readonly name: string
}

/** It runs: a process that has ended, and that nobody has waited for, is still found by its pid. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/**
 * Those of a `hil` without its reaper, which is a shell; none until that is there, because a process has the name of its
 * parent until it runs its own program.
 */
export function programsOf(hil: number): readonly ChildProcessFacts[] {
  const all = childrenOf(hil)
  const programs = all.filter(({ name }) => name !== 'sh')
  return programs.length === all.length ? [] : programs
}

/** Those that run now, without their own children. */
export function childrenOf(parent: number): readonly ChildProcessFacts[] {
  return (process.platform === 'linux' ? fromProc() : fromPs())
    .filter(({ parent: own }) => own === parent)
    .map(({ pid, name }) => ({ pid, name }))
}

function fromProc(): readonly (ChildProcessFacts & { readonly parent: number })[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((folder) => {
      try {
        // `12 (a name (of its own)) S 1 …`
        const [, pid, name, parent] = /^(\d+) \((.*)\) \S (\d+) /s.exec(readFileSync(`/proc/${folder}/stat`, 'utf8'))!
        return [{ pid: Number(pid), name: name!, parent: Number(parent) }]
      } catch {
        return [] // it has just ended
      }
    })
}

const fromPs = () =>
  execFileSync('ps', ['-eo', 'pid=,ppid=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, name]) => ({ pid: Number(pid), parent: Number(parent), name: name!.split('/').at(-1)! }))
