// The lock file of minicom, cu, pppd and others: `/var/lock/LCK..ttyUSB0`, with the holder's pid in ten characters. Theirs is
// respected, and ours is seen by them, where that folder can be written.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Problem } from '../../../emulators/index.ts'
import { atExit } from '../../child/index.ts'

const FOLDERS = ['/run/lock', '/var/lock']

/** Throws Problem `board/port-in-use` with who has it. Gives what releases it. `folders`: default: those of the system. */
export function takeUucpLock(path: string, folders: readonly string[] = FOLDERS): () => void {
  const name = basename(path)
  if (process.platform === 'win32' || !/^\/dev\/(tty|cu)[^/]+$/.test(path)) return () => {}
  for (const folder of folders) {
    const file = join(folder, `LCK..${name}`)
    const holder = holderOf(file)
    if (holder !== null)
      throw new Problem('board/port-in-use', `${holder} has locked ${path}`, {
        hint: `close it; if it is gone, remove ${file}`,
      })
    rmSync(file, { force: true })
    if (!written(file)) continue
    const release = (): void => rmSync(file, { force: true })
    const forget = atExit(release)
    return () => {
      release()
      forget()
    }
  }
  return () => {}
}

/** The program that has it and lives; null: nobody. */
function holderOf(file: string): string | null {
  let pid: number
  try {
    pid = Number(readFileSync(file, 'latin1').trim().split(/\s/)[0])
  } catch {
    return null
  }
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return null
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null
  }
  try {
    return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`
  } catch {
    return `process ${pid}`
  }
}

/** False: the folder is not there, or not ours to write. */
function written(file: string): boolean {
  try {
    writeFileSync(file, `${String(process.pid).padStart(10)}\n`, { flag: 'wx', mode: 0o644 })
    return true
  } catch {
    return false
  }
}
