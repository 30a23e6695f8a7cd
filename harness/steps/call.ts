// `call`: any method of the library by its own name. Text is passed as a Python str (not bytes),
// `{ bytes: text }` and `{ hex: … }` as bytes.

import { z } from 'zod'
import type { PyValue } from '../../emulators/index.ts'
import { calling } from './calling.ts'
import type { ClientCall } from './step.ts'

const value: z.ZodType<PyValue> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z
      .strictObject({ bytes: z.string().describe('this text as bytes, in UTF-8') })
      .transform((v) => Buffer.from(v.bytes) as PyValue),
    z
      .strictObject({ hex: z.string().describe('these bytes, two digits each') })
      .transform((v) => Buffer.from(v.hex.replace(/\s/g, ''), 'hex') as PyValue),
    z.array(value),
  ]),
) as z.ZodType<PyValue>

const args = z.strictObject({
  ...calling,
  method: z.string().describe("the method's own name, as in the library"),
  args: z
    .array(value)
    .optional()
    .describe('its arguments, in order: text is str, { bytes: text } and { hex: … } are bytes'),
  kwargs: z.record(z.string(), value).optional().describe('its keyword arguments'),
})

export const call: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'call',
  summary: "call any method of the device's library by its own name",
  args,
  toCall: (a) => ({ verb: 'call', method: a.method, args: a.args ?? [], kwargs: a.kwargs ?? {} }),
  show: (a) => `call ${a.method} on ${a.device}`,
}
