// Processes that we start. They must not outlive us on any way out, so each is killed in the
// `exit` hook, too, which runs when everything else has failed.

import type { ChildProcess } from 'node:child_process'

const adopted = new Set<ChildProcess>()
let hooked = false

/** Kills it (and its group, when it leads one) if this process ends first. Call the result once it has ended. */
export function adopt(child: ChildProcess, options: { readonly group?: boolean } = {}): () => void {
  if (!hooked) {
    hooked = true
    process.on('exit', () => {
      for (const orphan of adopted) killNow(orphan, groups.has(orphan))
    })
  }
  adopted.add(child)
  if (options.group) groups.add(child)
  return () => {
    adopted.delete(child)
    groups.delete(child)
  }
}

const groups = new Set<ChildProcess>()

function killNow(child: ChildProcess, group: boolean): void {
  if (child.pid === undefined) return
  try {
    process.kill(group ? -child.pid : child.pid, 'SIGKILL')
  } catch {
    // it has ended already
  }
}
