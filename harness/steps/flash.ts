// `flash`: an image on the flash of a real board, by the tool that its `flash:` names; then the board starts.

import { z } from 'zod'
import { identifier, text } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z.strictObject({
  device: identifier().describe('the board'),
  image: text()
    .optional()
    .describe("the image, from the folder of the scenario; default: the device's own, when it has changed"),
})

export const flash: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'flash',
  summary: 'write an image on the flash of a real board, and start it',
  args,
  bare: 'device',
  special: true,
  devices: (a) => [a.device],
  async run(a, stage) {
    stage.recorder.record({ kind: 'fault', what: 'flash', device: a.device })
    await stage.device(a.device).flash?.(a.image ?? null)
  },
  show: (a) => `flash ${a.image === undefined ? '' : `${a.image} on `}${a.device}`,
}
