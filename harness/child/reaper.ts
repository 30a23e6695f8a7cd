// What must not stay when this process is killed, and none of its code runs any more: programs and folders. A reaper is
// told of them while they last. It is a shell (1 MB) that waits for the end of a pipe from here. Only when something is
// left at that end does it become the program that clears up (reaper-process.ts).

import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { beganOf } from './began.ts'
import { builtFile } from './built.ts'

/** What to do about one thing that was left. */
export type Leftover =
  | { readonly pid: number; readonly group: boolean; readonly began: string | null }
  | { readonly folder: string }
  | { readonly command: readonly string[]; readonly directory: string }

/** Each line is the whole of what is left, so that the last one is enough; a line without an end is none. */
const WAIT = 'left=; while IFS= read -r line; do left=$line; done; [ -z "$left" ] || exec "$@" "$left"'

const leftovers = new Set<Leftover>()
let pipe: Socket | null = null

/** The program is killed when this process is gone; the returned function calls it off, because it has ended. */
export const killAfterUs = (pid: number, group: boolean): (() => void) => after({ pid, group, began: beganOf(pid) })

/** The folder is removed when this process is gone; the returned function calls it off. */
export const removeAfterUs = (folder: string): (() => void) => after({ folder })

/** The command is run when this process is gone, before programs are killed; the returned function calls it off. */
export const runAfterUs = (command: readonly string[], directory: string): (() => void) => after({ command, directory })

function after(leftover: Leftover): () => void {
  leftovers.add(leftover)
  tell()
  return () => {
    if (leftovers.delete(leftover)) tell()
  }
}

function tell(): void {
  if (leftovers.size > 0) pipe ??= start()
  pipe?.write(leftovers.size === 0 ? '\n' : `${JSON.stringify([...leftovers])}\n`)
}

/** null: there is none, as on Windows (where programs end with who started them), or when nothing is built. */
function start(): Socket | null {
  const file = process.platform === 'win32' ? null : builtFile('reaper-process.js')
  if (file === null) return null
  try {
    // In a session of its own: neither Ctrl-C nor a signal to our group ends it. It holds no folder and no output.
    const shell = spawn('/bin/sh', ['-c', WAIT, 'sh', process.execPath, file], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const mine = shell.stdin as Socket
    const lost = (): void => {
      if (pipe === mine) pipe = null // the next thing to tell starts another
    }
    shell.on('error', lost)
    shell.on('exit', lost)
    mine.on('error', lost)
    shell.unref()
    mine.unref()
    return mine
  } catch {
    return null // a run goes on without it
  }
}
