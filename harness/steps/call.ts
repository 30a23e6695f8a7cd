// `call`: any method of the library by its own name, with arguments as devices/python-value.ts reads them.

import { z } from 'zod'
import { pythonValue } from '../devices/index.ts'
import { calling } from './calling.ts'
import type { ClientCall } from './step.ts'

const args = z.strictObject({
  ...calling,
  method: z.string().describe("the method's own name, as in the library"),
  args: z
    .array(pythonValue)
    .optional()
    .describe(
      'its arguments, in order: text is str, { bytes: text } and { hex: … } are bytes, { tuple: […] }, { float: 1 }',
    ),
  kwargs: z.record(z.string(), pythonValue).optional().describe('its keyword arguments'),
})

export const call: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'call',
  summary: "call any method of the device's library by its own name",
  args,
  toCall: (a) => ({ verb: 'call', method: a.method, args: a.args ?? [], kwargs: a.kwargs ?? {} }),
  show: (a) => `call ${a.method} on ${a.device}`,
}
