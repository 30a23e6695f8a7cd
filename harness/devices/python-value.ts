// A Python value as a scenario writes it. Text is a str (not bytes), `{ bytes: text }` and `{ hex: … }`
// are bytes. A list is a list, and some libraries want a tuple; 1 is an int, and some want 1.0.

import { z } from 'zod'
import { PyFloat, type PyValue, tuple } from '../../emulators/index.ts'
import { hexBytes } from '../packets/index.ts'

export const pythonValue: z.ZodType<PyValue> = z.lazy(() =>
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
      .strictObject({ tuple: z.array(pythonValue).describe('a tuple of these values') })
      .transform((v) => tuple(...v.tuple) as PyValue),
    z
      .strictObject({ float: z.number().describe('this number as a float: 1 is 1.0') })
      .transform((v): PyValue => (Number.isInteger(v.float) ? new PyFloat(v.float) : v.float)),
    z.array(pythonValue),
  ]),
) as z.ZodType<PyValue>
