// `throttle`: bytes per second. Long packets come bit by bit, about twenty times a second, and what is behind
// them waits for its turn.

import { type ParseResult, parseSize, word } from '../../scenario/index.ts'
import type { Disturbance } from './disturbance.ts'

const settings = word<number, string>(
  {
    what: 'a bandwidth',
    describe: 'bytes a second: 100B/s, 1KiB/s',
    schema: { type: 'string', pattern: '^\\d+(\\.\\d+)?(B|kB|MB|GB|KiB|MiB|GiB)/s$' },
  },
  readBandwidth,
)

function readBandwidth(input: unknown): ParseResult<number> {
  const [, size] = /^(.*)\/s$/.exec(String(input)) ?? []
  const parsed = size === undefined ? null : parseSize(size)
  if (parsed?.ok && parsed.value > 0) return { value: parsed.value }
  const hint = typeof input === 'number' ? `write "${input}B/s"` : 'for instance 100B/s or 1KiB/s'
  return { wrong: { message: `"${input}" is not a bandwidth`, hint } }
}

export const throttle: Disturbance<number> = {
  name: 'throttle',
  summary: 'bytes per second',
  settings,
  make: (rate) => (line) => ({ take: (chunk) => line.next(line.paced(chunk, { rate })) }),
  show: (rate) => `throttle to ${rate} B/s`,
}
