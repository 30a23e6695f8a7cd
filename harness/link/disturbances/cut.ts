// `cut`: the connection ends in the middle of the packet. Both sides see FIN or RST, one of them after some of the
// packet's bytes. What was on its way behind it is lost.

import { z } from 'zod'
import { after, left, showAfter } from './cutting.ts'
import type { Disturbance } from './disturbance.ts'

const settings = z.strictObject({
  after,
  mode: z.enum(['close', 'reset']).optional().describe('close: FIN to both sides; reset: RST; default: close'),
})

export const cut: Disturbance<z.output<typeof settings>> = {
  name: 'cut',
  summary: 'the connection ends in the middle of the packet',
  settings,
  make:
    ({ after: where, mode = 'close' }) =>
    (line) => ({
      take(chunk) {
        const { length } = chunk.bytes
        line.next({ ...line.changed(chunk, chunk.bytes.subarray(0, left(where, length))), cut: mode })
      },
    }),
  show: ({ after: where, mode = 'close' }) => `cut ${showAfter(where)} (${mode})`,
}
