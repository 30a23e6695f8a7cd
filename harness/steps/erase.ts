// `erase`: the flash of a real board is empty; what starts it again is `flash`.

import { z } from 'zod'
import { identifier } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z.strictObject({ device: identifier().describe('the board') })

export const erase: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'erase',
  summary: 'erase the flash of a real board',
  args,
  bare: 'device',
  special: true,
  devices: (a) => [a.device],
  async run(a, stage) {
    stage.recorder.record({ kind: 'fault', what: 'erase', device: a.device })
    await stage.device(a.device).erase?.()
  },
  show: (a) => `erase ${a.device}`,
}
