// `release`: ends a disturbance by the id of its `disturb` step. What it holds goes on, in order. With `held` the
// step first waits until so many packets are held: then their order is sure, whatever the machine is doing.

import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { identifier } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z.strictObject({
  id: identifier().describe('the id of the disturb step'),
  held: z.number().int().min(1).optional().describe('wait until it holds N packets; default: do not wait'),
})

export const release: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'release',
  summary: 'end a disturbance and let go what it holds',
  args,
  bare: 'id',
  devices: () => [],
  async run({ id, held }, stage) {
    const link = [...stage.links].find((one) => one.holding(id, 0) !== null)
    if (link === undefined)
      throw new Problem('link/no-disturbance', `the disturbance ${id} is not active`, {
        hint: 'it was released before, or its step was not reached',
      })
    if (held !== undefined) await stage.until(link.holding(id, held)!)
    link.release(id)
  },
  show: ({ id }) => `release ${id}`,
}
