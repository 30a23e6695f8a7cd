// `call`: any method of the library by its own name. Text is passed as a Python str (not bytes),
// `{ bytes: text }` and `{ hex: … }` as bytes. A list is a list, and some libraries want a tuple.

import { z } from 'zod'
import { PyFloat, type PyValue, tuple } from '../../emulators/index.ts'
import { hexBytes } from '../packets/index.ts'
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
    z.strictObject({ hex: hexBytes().describe('these bytes, two digits each') }).transform((v) => v.hex as PyValue),
    z
      .strictObject({ tuple: z.array(value).describe('a tuple of these values') })
      .transform((v) => tuple(...v.tuple) as PyValue),
    z
      .strictObject({ float: z.number().describe('this number as a float: 1 is 1.0') })
      .transform((v): PyValue => (Number.isInteger(v.float) ? new PyFloat(v.float) : v.float)),
    z.array(value),
  ]),
) as z.ZodType<PyValue>

const args = z.strictObject({
  ...calling,
  method: z.string().describe("the method's own name, as in the library"),
  args: z
    .array(value)
    .optional()
    .describe(
      'its arguments, in order: text is str, { bytes: text } and { hex: … } are bytes, { tuple: […] }, { float: 1 }',
    ),
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
