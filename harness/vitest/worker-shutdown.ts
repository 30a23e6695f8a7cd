// How a worker of vitest ends before its tests do. vitest's own process exits at once on a signal, and ends a worker with
// SIGTERM and half a second later with SIGKILL: brokers and programs that were started would outlive both.

import { isMainThread, Worker } from 'node:worker_threads'
import { alwaysByHelper, doAll, killAll } from '../child/index.ts'

/** Milliseconds in which a run gives everything back, once nobody waits for its result. */
const CLOSE_GRACE_MS = 3000

const gone = new AbortController()

// A thread hears of no signal, and its end is not told to it.
if (isMainThread) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      endAll()
      process.kill(process.pid, signal)
    })
  process.once('disconnect', () => {
    gone.abort()
    setTimeout(() => {
      endAll()
      process.kill(process.pid, 'SIGKILL')
    }, CLOSE_GRACE_MS).unref()
  })
}

function endAll(): void {
  killAll()
  doAll()
}

/** Milliseconds between two looks at whether vitest is still there. */
const LOOK_MS = 500

let guarded = false

/**
 * A test in an endless loop hears of nothing, and no signal is handled. A thread of its own sees that vitest has gone, and ends the
 * worker; the brokers go with it, because a process that stands by itself has started them.
 */
function guard(): void {
  if (guarded || !isMainThread) return
  guarded = true
  alwaysByHelper()
  const program = `
    const look = setInterval(() => {
      if (process.ppid === ${process.ppid}) return
      clearInterval(look)
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${2 * CLOSE_GRACE_MS})
    }, ${LOOK_MS})`
  new Worker(program, { eval: true, execArgv: [] }).unref()
}

/** Aborted with the test's own signal, and when vitest is no more. */
export function untilShutdown(signal: AbortSignal): AbortSignal {
  guard()
  return AbortSignal.any([signal, gone.signal])
}
