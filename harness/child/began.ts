import { readFileSync } from 'node:fs'

/** When a process began, in ticks since the machine did: another process of the same pid has another one. null: unknown, as without /proc. */
export function beganOf(pid: number): string | null {
  try {
    // The second field, the program's name in brackets, may itself have spaces and brackets.
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? null
    )
  } catch {
    return null
  }
}
