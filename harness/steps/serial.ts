// `serial`: a line typed into a device's console, or a process's standard input.

import { z } from 'zod'
import { identifier, text } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z.strictObject({
  device: identifier().describe('whose console'),
  send: text().describe('a line; its end is added'),
})

export const serial: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'serial',
  summary: "send a line to a device's console",
  args,
  devices: (a) => [a.device],
  async run(a, stage) {
    stage.device(a.device).send(a.send)
  },
  show: (a) => `type into ${a.device}`,
}
