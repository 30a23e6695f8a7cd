// `exit`: a process device ended, by itself or by a signal; or a replay did, with code 0 when it was through.

import { z } from 'zod'
import { identifier, wholeMatcher } from '../scenario/index.ts'
import { differences } from './compare.ts'
import type { Matcher } from './matcher.ts'
import { notShown } from './possible.ts'
import { showWanted } from './show-value.ts'

const fields = z.strictObject({
  device: identifier().describe('the process, or the replay'),
  code: wholeMatcher().optional().describe('its exit code'),
  signal: z.string().optional().describe('the name of the signal that ended it: SIGKILL'),
})

type ExitFields = z.output<typeof fields>

export const exit: Matcher<ExitFields> = {
  name: 'exit',
  summary: 'the end of a process, or of a replay',
  kind: 'exit',
  fields,
  devices: (f) => [f.device],
  stream: (f) => `exit:${f.device}`,
  maker: (f) => f.device,
  compare(f, event) {
    if (event.kind !== 'exit' || event.device !== f.device) return null
    return differences({ code: f.code, signal: f.signal }, event as never)
  },
  impossible: (f, { device }) => notShown('end of its own', f.device, device(f.device), 'exit'),
  show: (f) =>
    `${f.device} exits${f.code === undefined ? '' : ` with ${showWanted(f.code)}`}${f.signal === undefined ? '' : ` by ${f.signal}`}`,
}
