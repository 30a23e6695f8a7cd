// `split`: the packet comes in segments. Each is a write of its own on a socket without Nagle, so the kernel sends
// it by itself; a reader that is slow finds several at once all the same, unless there is a `gap` between them.

import { z } from 'zod'
import { type Duration, showDuration } from '../../../emulators/index.ts'
import { duration } from '../../scenario/index.ts'
import type { Disturbance } from './disturbance.ts'

const settings = z.strictObject({
  bytes: z.number().int().min(1).describe('the size of a segment; the last one may be smaller'),
  gap: duration().optional().describe('the time between two segments; default: 0ms'),
})

export const split: Disturbance<z.output<typeof settings>> = {
  name: 'split',
  summary: 'the packet comes in segments of N bytes',
  settings,
  make:
    ({ bytes, gap = 0 as Duration }) =>
    (line) => ({
      take: (chunk) => line.next(line.paced(chunk, { segment: bytes, gap })),
    }),
  show: ({ bytes, gap }) => `split into ${bytes} B${gap === undefined ? '' : ` every ${showDuration(gap)}`}`,
}
