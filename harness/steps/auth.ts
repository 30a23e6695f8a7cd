// `auth`: a packet of the enhanced authentication of MQTT 5: the answer to what the broker asked, or a new beginning.

import { z } from 'zod'
import { reasonCode } from '../packets/index.ts'
import { calling, said5 } from './calling.ts'
import type { ClientCall } from './step.ts'

const CONTINUE = 0x18

const args = z.strictObject({
  ...calling,
  ...said5,
  reasonCode: reasonCode()
    .optional()
    .describe('continue-authentication, re-authenticate, or a number; default: continue-authentication'),
})

export const auth: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'auth',
  summary: 'send AUTH, of MQTT 5',
  args,
  bare: 'device',
  toCall: (a) => ({ verb: 'auth', reasonCode: a.reasonCode ?? CONTINUE, properties: a.properties }),
  show: (a) => `auth on ${a.device}${a.reasonCode === undefined ? '' : `, reason ${a.reasonCode}`}`,
}
