// `boot`: power on. A device that a boot step names does not start by itself before the first step.

import { z } from 'zod'
import { identifier } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z.strictObject({ device: identifier().describe('the device') })

export const boot: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'boot',
  summary: 'power a device on',
  args,
  bare: 'device',
  devices: (a) => [a.device],
  run: (a, stage) => stage.device(a.device).boot(),
  show: (a) => `boot ${a.device}`,
}
