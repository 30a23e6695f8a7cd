// `violation`: a packet that breaks a statement of MQTT 3.1.1 or 5, as the lints find it on any link. Mostly
// under `always: - never:`, where it turns every packet of the scenario into a claim.

import { z } from 'zod'
import { identifier, textMatcher } from '../scenario/index.ts'
import { differences } from './compare.ts'
import type { Matcher } from './matcher.ts'
import { neverSaid } from './said.ts'
import { showWanted } from './show-value.ts'
import { notReported, ofTheOtherSide, ofTheOtherVersion } from './statements.ts'

const fields = z
  .strictObject({
    from: identifier().optional().describe('the device that breaks it; one of from, to and by is needed'),
    to: identifier().optional().describe('the device to which the broker breaks it'),
    by: z.enum(['broker', 'device']).optional().describe('the broker on any link, or any device'),
    statement: textMatcher().optional().describe('its id, such as MQTT-2.3.1-1'),
    what: textMatcher().optional().describe('what is wrong, in words'),
  })
  .superRefine((f, ctx) => {
    if ([f.from, f.to, f.by].filter((v) => v !== undefined).length !== 1)
      ctx.addIssue({
        code: 'custom',
        message: 'a violation needs exactly one of from, to and by',
        params: { diagnostic: 'scenario/violation-of-whom', hint: 'write by: broker, from: DEVICE or to: DEVICE' },
      })
  })

type ViolationFields = z.output<typeof fields>

export const violation: Matcher<ViolationFields> = {
  name: 'violation',
  summary: 'a packet that breaks a statement of MQTT 3.1.1 or 5, by the level of its connection, found on any link',
  kind: 'violation',
  fields,
  devices: (f) => [f.from, f.to].filter((d) => d !== undefined),
  stream: (f) => ['violation', f.from ?? f.to].filter((part) => part !== undefined).join(':'),
  compare(f, event) {
    if (event.kind !== 'violation') return null
    if (event.by !== sideOf(f)) return null
    if (f.by === undefined && event.device !== (f.from ?? f.to)) return null
    return differences({ statement: f.statement, what: f.what }, { ...event } as never)
  },
  impossible(f, { statements, statementsOf, statementsAt, levels = null, said, device }) {
    const name = f.from ?? f.to
    const level = name === undefined ? undefined : (device(name)?.level ?? null)
    return (
      neverSaid('what', f.what, said, 'no lint says') ??
      notReported(f.statement, statements) ??
      ofTheOtherSide(f.statement, sideOf(f), statementsOf) ??
      ofTheOtherVersion(f.statement, name === undefined ? levels : level === null ? null : [level!], statementsAt)
    )
  },
  show(f) {
    const who =
      f.by !== undefined ? `by the ${f.by}` : f.from !== undefined ? `by ${f.from}` : `by the broker to ${f.to}`
    const rest = [f.statement, f.what].filter((v) => v !== undefined).map(showWanted)
    return [`a violation ${who}`, ...rest].join(', ')
  },
}

/** Who breaks it. */
const sideOf = (f: ViolationFields): 'device' | 'broker' => f.by ?? (f.from === undefined ? 'broker' : 'device')
