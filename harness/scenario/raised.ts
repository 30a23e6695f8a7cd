// How a scenario names a Python exception: `OSError`, `{ type: OSError, errno: ECONNRESET }`, or
// `{ type: MQTTException, args: [5] }`. Client calls and the `call` matcher share it.

import { z } from 'zod'

export const raisedMatcher = z.union([
  z.string(),
  z.strictObject({
    type: z.string().describe('its type: OSError'),
    errno: z.union([z.string(), z.number()]).optional().describe('its first argument: ECONNRESET'),
    args: z
      .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .optional()
      .describe('all of its arguments'),
  }),
])
export type RaisedMatcher = z.output<typeof raisedMatcher>
