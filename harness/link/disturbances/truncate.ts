// `truncate`: the end of the packet is missing and the connection goes on. Whoever receives it takes the next
// packet's first bytes for the missing ones: the stream is out of step from then on.

import { z } from 'zod'
import { after, left, showAfter } from './cutting.ts'
import type { Disturbance } from './disturbance.ts'

const settings = z.strictObject({ after })

export const truncate: Disturbance<z.output<typeof settings>> = {
  name: 'truncate',
  summary: 'the end of the packet is missing, and the connection goes on',
  settings,
  make:
    ({ after: where }) =>
    (line) => ({
      take: (chunk) => line.next(line.changed(chunk, chunk.bytes.subarray(0, left(where, chunk.bytes.length)))),
    }),
  show: ({ after: where }) => `truncate ${showAfter(where)}`,
}
