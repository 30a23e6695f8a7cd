// `duplicate`: the packet comes again, right behind itself. The copies are the same bytes: a DUP flag that a sender
// would set is a matter for `rewrite`.

import { z } from 'zod'
import type { Disturbance } from './disturbance.ts'

const settings = z.strictObject({
  copies: z.number().int().min(1).max(1000).optional().describe('how many more; default: 1'),
})

export const duplicate: Disturbance<z.output<typeof settings>> = {
  name: 'duplicate',
  summary: 'the packet comes more than once',
  settings,
  make:
    ({ copies = 1 }) =>
    (line) => ({
      take(chunk) {
        line.next(chunk)
        for (let k = 0; k < copies; k++) line.next({ ...chunk, by: 'link' })
      },
    }),
  show: ({ copies = 1 }) => (copies === 1 ? 'duplicate' : `duplicate, ${copies} copies`),
}
