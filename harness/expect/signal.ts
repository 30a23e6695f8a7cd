// `signal`: a pin of a device that changed its level. Only changes are events: an LED that is
// written 0 while dark says nothing.

import { z } from 'zod'
import { identifier, wholeMatcher } from '../scenario/index.ts'
import { differences } from './compare.ts'
import { outside } from './domain.ts'
import type { Matcher } from './matcher.ts'
import { nothingLeftOut, notShown } from './possible.ts'
import { showWanted } from './show-value.ts'

const fields = z.strictObject({
  device: identifier().describe('whose pin'),
  signal: identifier().describe('its name under signals:'),
  value: wholeMatcher().optional().describe('the level it changed to: 0 or 1'),
})

type SignalFields = z.output<typeof fields>

export const signal: Matcher<SignalFields> = {
  name: 'signal',
  summary: "a change of a device's pin",
  kind: 'signal',
  fields,
  devices: (f) => [f.device],
  stream: (f) => `signal:${f.device}`,
  compare(f, event) {
    if (event.kind !== 'signal' || event.device !== f.device || event.signal !== f.signal) return null
    return event.by === 'harness' ? null : differences({ value: f.value }, event as never)
  },
  impossible: (f, { device }) =>
    nothingLeftOut(f, ['value']) ??
    outside(f, { value: { from: 0, to: 1 } }) ??
    notShown('pins', f.device, device(f.device), 'signal'),
  show: (f) => `${f.device}'s ${f.signal} changed${f.value === undefined ? '' : ` to ${showWanted(f.value)}`}`,
}
