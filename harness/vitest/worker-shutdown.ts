// How a worker of vitest ends before its tests do. vitest's own process exits at once on a signal, and ends a worker with
// SIGTERM and half a second later with SIGKILL: brokers and programs that were started would outlive both.

import { isMainThread } from 'node:worker_threads'
import { doAll, killAll } from '../child/index.ts'

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

/** Aborted with the test's own signal, and when vitest is no more. */
export const untilShutdown = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, gone.signal])
