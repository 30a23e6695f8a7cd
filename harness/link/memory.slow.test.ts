// What a link costs that carries much: it holds no more than it must, and its record leaves memory. Each harness is a
// process of its own, as only that has a size.

import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const MEGABYTES = 60
const MOST = 150e6

describe('a link that carries much, with a fast sender and a slow reader', () => {
  it.each(['up', 'down'].flatMap((way) => ['none', 'delay', 'split', 'rewrite'].map((name) => [way, name] as const)))(
    '%s, %s: the harness stays small',
    async (way, name) => {
      const program = resolve(import.meta.dirname, '../../dist/bench/link-memory.js')
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--expose-gc',
        program,
        way,
        name,
        `${MEGABYTES}`,
      ])
      const { start, peak, events } = JSON.parse(stdout) as { start: number; peak: number; events: number }
      expect(events).toBeGreaterThan(MEGABYTES * 40)
      expect(peak - start).toBeLessThan(MOST)
    },
  )
})
