// `serial`: a line on a device's console, or on the output of a process. `line` is the whole line,
// or a /regex/ found anywhere in it.

import { z } from 'zod'
import { identifier, textMatcher } from '../scenario/index.ts'
import { differences, showWanted } from './compare.ts'
import type { Matcher } from './matcher.ts'

const fields = z.strictObject({
  device: identifier().describe('whose console'),
  line: textMatcher().describe('the whole line, or a /regex/ found anywhere in it'),
  stream: z
    .enum(['out', 'err', 'in'])
    .optional()
    .describe('err: standard error of a process; in: what the harness sent; default: out and err'),
})

type SerialFields = z.output<typeof fields>

export const serial: Matcher<SerialFields> = {
  name: 'serial',
  summary: "a line on a device's serial console or a process's output",
  kind: 'serial',
  fields,
  devices: (f) => [f.device],
  stream: (f) => `serial:${f.device}`,
  compare(f, event) {
    if (event.kind !== 'serial' || event.device !== f.device) return null
    if (f.stream === undefined ? event.stream === 'in' : f.stream !== event.stream) return null
    return differences({ line: f.line }, event as never)
  },
  show: (f) => `line ${showWanted(f.line)} on ${f.device}'s console`,
}
