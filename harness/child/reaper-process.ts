// What the reaper becomes when the harness is gone and has left something: it clears up and ends.

import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { beganOf } from './began.ts'
import { leftBy } from './reaper.ts'
import { sendSignal } from './spawned.ts'

/** A command that takes longer is killed. */
const COMMAND_LIMIT_MS = 10_000

const left = leftBy(readFileSync(0, 'utf8').split('\n'))

/** What cannot be done keeps nothing else from it; nobody is there to be told. */
const attempt = (what: () => void): void => {
  try {
    what()
  } catch {}
}

for (const it of left)
  if ('command' in it)
    attempt(() => {
      const [program, ...args] = it.command
      spawnSync(program!, args, {
        stdio: 'ignore',
        cwd: it.directory,
        timeout: COMMAND_LIMIT_MS,
        killSignal: 'SIGKILL',
      })
    })

for (const it of left) {
  if (!('pid' in it)) continue
  const { pid, group, began } = it
  const now = beganOf(pid)
  // Its pid may be another's by now. A group can outlive its leader, and keeps the number.
  if (began !== null && now !== null && now !== began) continue
  attempt(() => sendSignal(pid, group, 'SIGKILL'))
}

// A program that is about to end may still write into its folder for a moment.
for (const it of left)
  if ('folder' in it) attempt(() => rmSync(it.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
