// `loop`: the library's own loop(), which takes what comes for a while and pings when it is time. A library that
// has none raises AttributeError.

import { z } from 'zod'
import { duration } from '../scenario/index.ts'
import { calling } from './calling.ts'
import type { ClientCall } from './step.ts'

const args = z.strictObject({
  ...calling,
  timeout: duration().optional().describe("for how long; default: the library's own"),
})

export const loop: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'loop',
  summary: "run the library's loop: take messages for a while, ping when due",
  args,
  bare: 'device',
  toCall: (a) => ({ verb: 'loop', timeout: a.timeout }),
  show: (a) => `loop on ${a.device}`,
}
