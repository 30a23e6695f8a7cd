// `reset`: the reset button. Memory and TCP state are gone and no packet is sent; the next bytes
// from the broker on the old connection are answered with RST.

import { z } from 'zod'
import { identifier } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z.strictObject({ device: identifier().describe('the device') })

export const reset: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'reset',
  summary: 'press the reset button',
  args,
  bare: 'device',
  devices: (a) => [a.device],
  async run(a, stage) {
    stage.recorder.record({ kind: 'fault', what: 'reset', device: a.device })
    await stage.device(a.device).reset()
  },
  show: (a) => `reset ${a.device}`,
}
