// Where the locks of boards are, and what stands in one. A lock is a file that exists while somebody has the board, with
// who that is: processes of all users of this machine see it.

import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { basename, join } from 'node:path'
import { Problem } from '../../../../emulators/index.ts'
import { beganOf } from '../../../child/index.ts'

/** Who has a board, or waits for it. */
export interface Holder {
  readonly board: string
  readonly user: string
  readonly host: string
  /** 0: nobody's process; a person keeps it until `until`. */
  readonly pid: number
  /** When that process began, as the kernel counts: another process may get the same pid later. */
  readonly began: string
  readonly command: string
  /** ISO 8601. */
  readonly since: string
  /** Of a board that a person keeps: ISO 8601. */
  readonly until?: string | undefined
  readonly note?: string | undefined
}

/** HIL_LOCKS, or a folder that is the same for all users of this machine. Throws Problem `board/no-locks`. */
export function lockFolder(): string {
  const folder = process.env.HIL_LOCKS ?? join(process.platform === 'win32' ? tmpdir() : '/tmp', 'mqtt-hil-boards')
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new Problem('board/no-locks', `${folder} cannot be made: ${(cause as Error).message}`, {
      hint: 'HIL_LOCKS names a folder that all users of the boards can write to',
      cause,
    })
  }
  try {
    chmodSync(folder, 0o777)
  } catch {
    // another user has made it
  }
  return folder
}

/** The name of a board's files there. */
export const lockName = (board: string): string =>
  `${basename(board).replace(/[^\w.-]/g, '-')}-${createHash('sha256').update(board).digest('hex').slice(0, 8)}`

export function thisProcess(board: string): Holder {
  return {
    board,
    user: userName(),
    host: hostname(),
    pid: process.pid,
    began: beganOf(process.pid) ?? '',
    command: ['hil', ...process.argv.slice(2)].join(' ').slice(0, 200),
    since: new Date().toISOString(),
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

/** null: there is none, or it is being written. */
export function readHolder(file: string): Holder | null {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>
    return typeof read.pid === 'number' && typeof read.since === 'string' ? (read as Holder) : null
  } catch {
    return null
  }
}

/** False: its process is gone, or the time is over for which a person keeps it. */
export function isHeld({ host, pid, began, until }: Holder): boolean {
  if (until !== undefined) return Date.parse(until) > Date.now()
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const now = beganOf(pid)
  return now === null || began === '' || now === began
}

/** As a person reads it: `hil run a.yaml (pid 12, user me, since 14:02:10)`. */
export function showHolder({ user, pid, command, since, until, note, host }: Holder): string {
  const at = new Date(since).toTimeString().slice(0, 8)
  const where = host === hostname() ? '' : ` at ${host}`
  if (until !== undefined)
    return `${user}${where} keeps it until ${new Date(until).toTimeString().slice(0, 8)}${note === undefined ? '' : `: ${note}`}`
  return `${command} (pid ${pid}, user ${user}${where}, since ${at})`
}
