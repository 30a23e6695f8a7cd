// `power`: off is gone without a byte: no DISCONNECT, no FIN. The broker learns of it at 1.5 x keep alive.

import { z } from 'zod'
import { identifier } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z.strictObject({
  device: identifier().describe('the device'),
  state: z.enum(['on', 'off', 'cycle']).describe('off: gone without a byte; cycle: off, then on'),
})

export const power: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'power',
  summary: 'cut or restore the power of a device',
  args,
  devices: (a) => [a.device],
  async run(a, stage) {
    const device = stage.device(a.device)
    stage.recorder.record({ kind: 'fault', what: `power ${a.state}`, device: a.device })
    if (a.state !== 'on') await device.powerOff()
    if (a.state !== 'off') await device.boot()
  },
  show: (a) => `power ${a.state} ${a.device}`,
}
