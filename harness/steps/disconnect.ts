// `disconnect`: the library's own disconnect(), in MQTT 5 with a reason.

import { z } from 'zod'
import { reasonCode } from '../packets/index.ts'
import { calling, said5 } from './calling.ts'
import type { ClientCall } from './step.ts'

const args = z.strictObject({
  ...calling,
  ...said5,
  reasonCode: reasonCode()
    .optional()
    .describe('MQTT 5: by number or name, such as disconnect-with-will-message; default: none, which is 0'),
})

export const disconnect: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'disconnect',
  summary: 'send DISCONNECT and close',
  args,
  bare: 'device',
  toCall: (a) => ({ verb: 'disconnect', reasonCode: a.reasonCode, properties: a.properties }),
  show: (a) => `disconnect on ${a.device}${a.reasonCode === undefined ? '' : `, reason ${a.reasonCode}`}`,
}
