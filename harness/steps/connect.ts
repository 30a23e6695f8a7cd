// `connect`: the library's own connect(). `clean` absent leaves the library's default.

import { z } from 'zod'
import { calling, said5 } from './calling.ts'
import type { ClientCall } from './step.ts'

const args = z.strictObject({
  ...calling,
  ...said5,
  clean: z.boolean().optional().describe('clean session; default: as the library does'),
})

export const connect: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'connect',
  summary: 'connect the device to the broker through its link',
  args,
  bare: 'device',
  toCall: (a) => ({ verb: 'connect', clean: a.clean, properties: a.properties }),
  show: (a) => `connect ${a.device}${a.clean === undefined ? '' : `, clean ${a.clean}`}`,
}
