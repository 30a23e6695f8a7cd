// `exit`: a process device ended, by itself or by a signal; or a replay did, with code 0 when it was through.

import { constants } from 'node:os'
import { z } from 'zod'
import { identifier, suggest, wholeMatcher } from '../scenario/index.ts'
import { differences } from './compare.ts'
import { isOpen, outside } from './domain.ts'
import type { Impossible, Matcher } from './matcher.ts'
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
  impossible: (f, { device }) =>
    notShown('end of its own', f.device, device(f.device), 'exit') ??
    outside(f, { code: { from: 0, to: 255 } }) ??
    ofNoSignal(f),
  show: (f) =>
    `${f.device} exits${f.code === undefined ? '' : ` with ${showWanted(f.code)}`}${f.signal === undefined ? '' : ` by ${f.signal}`}`,
}

/** A program ends by itself with a code, or by a signal without one. */
function ofNoSignal({ code, signal }: ExitFields): Impossible | null {
  if (signal === undefined || isOpen(signal)) return null
  if (code !== undefined && code !== null)
    return {
      message: 'what a signal has ended has no exit code',
      hint: 'keep code: or signal:',
      word: 'code',
    }
  const known = Object.keys(constants.signals)
  if (known.includes(signal)) return null
  const near = suggest(signal, known)
  return {
    message: `${signal} is not a signal`,
    hint: near === undefined ? 'its whole name, such as SIGKILL' : `did you mean "${near}"?`,
    word: signal,
  }
}
