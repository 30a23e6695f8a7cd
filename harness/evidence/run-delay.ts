// How long this thread was ready to run while others had the processor, as the scheduler of Linux counts it. A heartbeat
// sees only that it comes late; this also counts what was lost between two beats that came on time.

import { openSync, readSync } from 'node:fs'

/** `nanoseconds on the processor, nanoseconds of waiting for it, number of slices` */
const FILE = '/proc/thread-self/schedstat'
/** Many runs in one thread ask within one heartbeat; a read takes some 10 µs. */
const LONGEST_AGE_MS = 4

let file: number | null | undefined
let readAt = Number.NEGATIVE_INFINITY
let waited = 0
const bytes = Buffer.alloc(128)

/** Milliseconds since the thread began, at most 4 ms ago; always 0 where nobody counts them. */
export function runDelay(): number {
  if (file === undefined) file = opened()
  const now = performance.now()
  if (file === null || now - readAt < LONGEST_AGE_MS) return waited
  readAt = now
  const text = bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0))
  waited = Number(text.split(' ')[1]) / 1e6
  return waited
}

/** It stays open as long as the thread lives. */
function opened(): number | null {
  try {
    return openSync(FILE, 'r')
  } catch {
    return null
  }
}
