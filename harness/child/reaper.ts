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

/**
 * A line tells all that is left (`=[[1,…],[2,…]]`), that one thing more is (`+[3,…]`), or that one is done with (`-3`); a line
 * without an end is none. A shell reads byte by byte: to be told of all each time costs much where many programs last. It
 * hands on what it was told by a pipe, because an argument of a program has a limit (128 KiB on Linux).
 */
const WAIT = `left='=[]'
while IFS= read -r line; do
  case $line in
    =*) left=$line ;;
    *) left="$left
$line" ;;
  esac
done
[ "$left" = '=[]' ] || printf '%s\\n' "$left" | "$@"`
/** So many lines, and one for each thing that is left, before all is told again: the shell keeps no more. */
const LINES_KEPT = 32

const leftovers = new Map<number, Leftover>()
let lastId = 0
let linesKept = 0
let pipe: Socket | null = null

/** The program is killed when this process is gone; the returned function calls it off, because it has ended. */
export const killAfterUs = (pid: number, group: boolean): (() => void) => after({ pid, group, began: beganOf(pid) })

/** The folder is removed when this process is gone; the returned function calls it off. */
export const removeAfterUs = (folder: string): (() => void) => after({ folder })

/** The command is run when this process is gone, before programs are killed; the returned function calls it off. */
export const runAfterUs = (command: readonly string[], directory: string): (() => void) => after({ command, directory })

function after(leftover: Leftover): () => void {
  const id = ++lastId
  leftovers.set(id, leftover)
  tell(`+${JSON.stringify([id, leftover])}`)
  return () => {
    if (leftovers.delete(id)) tell(`-${id}`)
  }
}

function tell(change: string): void {
  const isNew = pipe === null
  if (leftovers.size > 0) pipe ??= start()
  const tellsAll = isNew || leftovers.size === 0 || linesKept >= LINES_KEPT + leftovers.size
  linesKept = tellsAll ? 0 : linesKept + 1
  pipe?.write(`${tellsAll ? `=${JSON.stringify([...leftovers])}` : change}\n`)
}

/** What is left by the lines that a reaper was told, in the order in which it was told of them. */
export function leftBy(lines: readonly string[]): readonly Leftover[] {
  const left = new Map<number, Leftover>()
  for (const line of lines) {
    const text = line.slice(1)
    if (line.startsWith('-')) left.delete(Number(text))
    else if (line.startsWith('+')) left.set(...(JSON.parse(text) as [number, Leftover]))
    else if (line.startsWith('=')) {
      left.clear()
      for (const [id, leftover] of JSON.parse(text) as [number, Leftover][]) left.set(id, leftover)
    }
  }
  return [...left.values()]
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
