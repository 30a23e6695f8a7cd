// What a virtual board's thread is given when it boots.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '../core/problem.ts'

/** Where the heap begins; it grows. Bytes. */
export const HEAP = 192 * 1024

/** Espressif's prefix, and three bytes that are the name's. */
export const uniqueIdOf = (name: string): string =>
  `240ac4${createHash('sha256').update(name).digest('hex').slice(0, 6)}`

/** A thread runs JavaScript: from the sources (as in tests) it is that of the last build. */
export function workerFile(): string {
  const here = fileURLToPath(import.meta.url)
  if (!here.endsWith('.ts')) return join(import.meta.dirname, 'worker.js')
  const built = join(import.meta.dirname, '../../dist/emulators/micropython/worker.js')
  if (existsSync(built)) return built
  throw new Problem('micropython/not-built', 'the interpreter’s thread is not built', { hint: 'npm run build' })
}
