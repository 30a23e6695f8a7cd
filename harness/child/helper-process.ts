// A process that does nothing but start others. It is small, so that its forks are quick, and it stands still for them
// in place of the harness. When the harness is gone, even by SIGKILL, what it has started goes, too.

import type { Ask, HelperMessage } from './helper.ts'
import { type Spawned, sendSignal, spawnHere } from './spawned.ts'

const living = new Map<number, { readonly pid: number; readonly group: boolean }>()

const tell = (told: HelperMessage): void => {
  if (process.connected) process.send!(told, () => {}) // the callback: nobody hears it any more
}

async function start({ id, file, args, settings }: Ask): Promise<void> {
  let child: Spawned
  try {
    child = await spawnHere(file, args, settings)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return tell({ id, error: { code, message } })
  }
  living.set(id, { pid: child.pid, group: settings.group === true })
  tell({ id, pid: child.pid })
  child.stdout.on('data', (bytes: Buffer) => tell({ id, stream: 'stdout', bytes }))
  child.stderr.on('data', (bytes: Buffer) => tell({ id, stream: 'stderr', bytes }))
  const exit = await child.exit
  living.delete(id)
  tell({ id, exit })
}

// A Ctrl-C is for everyone at the terminal; what it means is the harness's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('message', (ask: Ask) => void start(ask))
process.on('disconnect', () => {
  for (const { pid, group } of living.values()) sendSignal(pid, group, 'SIGKILL')
  process.exit()
})
