// The shapes of a scenario file around its steps. What a verb or a matcher takes is in its own file.

import { z } from 'zod'
import { derive } from '../../../emulators/index.ts'
import { contractShape, deviceKeys, deviceKinds } from '../../devices/index.ts'
import { type AnyMatcher, matchers, saveFrom } from '../../expect/index.ts'
import { count, duration, identifier, percent, text, word } from '../../scenario/index.ts'
import { deviceLink } from './device-link.ts'

const STATEMENT = /^(MQTT-\d+(\.\d+)*-\d+|[\w.-]+(\/[\w.-]+)?#\d+|https?:\/\/\S+)$/
const SUCH_AS = 'a statement such as MQTT-3.1.2-8, an issue such as micropython-lib#103, or a link'

export const statement = word<string, string>(
  { what: 'a statement', describe: SUCH_AS, schema: { type: 'string', pattern: STATEMENT.source } },
  (input) =>
    typeof input === 'string' && STATEMENT.test(input)
      ? { value: input }
      : { wrong: { message: `expected ${SUCH_AS}` } },
)

const deviceNow = () =>
  z.strictObject({
    use: z.enum(Object.keys(deviceKinds)).describe('its kind: an emulated client library, or one of the others'),
    ...deviceKeys,
    contract: z
      .union([
        z.strictObject({ file: text().describe('a file with the contract, as seen from this one') }),
        contractShape,
      ])
      .optional()
      .describe('what it promises where the specification leaves the choice to it'),
    link: deviceLink.optional().describe('how the device reaches its link'),
    needs: z
      .array(text())
      .optional()
      .describe(
        'what it must have: programs on the PATH, or capabilities of a board; without them the scenario is skipped',
      ),
  })

/** Made again when a kind joins. */
export let device: ReturnType<typeof deviceNow>
derive(() => {
  device = deviceNow()
})

export const broker = z.union([
  z.string(),
  z.strictObject({
    use: z.string().describe('its kind, or a name of the config'),
    with: z.record(z.string(), z.unknown()).optional().describe('options of that kind'),
  }),
])

/** The top level; the steps are looked at one by one. */
export const scenario = z.strictObject({
  name: text().describe('what it shows, in a sentence'),
  version: z.literal(1, 'this version of hil reads version: 1').describe('of the scenario language: 1'),
  description: text().optional().describe('why it is there, in sentences; every reporter shows it'),
  tags: z.array(text()).optional().describe('words for --tag'),
  verifies: z.array(statement).optional().describe('the statements or complaints that this scenario tests'),
  timeout: duration().optional().describe('for the whole scenario; default: 60s'),
  clock: z
    .enum(['real', 'virtual', 'auto'])
    .optional()
    .describe(
      'its time: virtual is as fast as the processor, and skips it where something has real time; default: real',
    ),
  vars: z
    .record(identifier(), z.unknown())
    .optional()
    .describe('values for ${{ vars.NAME }}; --var NAME=VALUE overrides'),
  matrix: z
    .record(identifier(), z.array(z.unknown()).min(1))
    .optional()
    .describe('lists of values for ${{ matrix.NAME }}; one run for each combination'),
  skip: z.union([z.boolean(), text()]).optional().describe('true, or why it is not run; default: false'),
  broker: broker.optional().describe('the broker that it needs; default: the one the run is given'),
  observer: z
    .union([z.boolean(), z.array(text()).min(1)])
    .optional()
    .describe('what the harness itself subscribes to; default: true, which is #'),
  promises: z
    .record(identifier(), z.array(text()))
    .optional()
    .describe(
      'by device: the clauses of its contract that this scenario is about, PATH or PATH = VALUE; without them it is skipped',
    ),
  devices: z.record(identifier(), z.unknown()).optional().describe('the devices by name'),
  fleet: z
    .record(identifier(), z.unknown())
    .optional()
    .describe('groups of devices by name; with a fleet the observer is off unless observer: turns it on'),
  slo: z.array(z.unknown()).optional().describe('bounds on what a load run measures'),
  always: z.array(z.unknown()).optional().describe('claims that hold from the start beside the steps'),
  steps: z.array(z.unknown()).min(1).describe('what happens and what must be seen, in order'),
})

export const stepMeta = {
  id: identifier().optional().describe('a name for anchors and for call: { id }'),
  name: text().optional().describe('what reports call it'),
  device: identifier().optional().describe('the device of the verb, when it is not in there'),
  timeout: duration().optional().describe("for this step; default: what is left of the scenario's"),
  verifies: z
    .array(statement)
    .optional()
    .describe('the statements that this step tests, in addition to those of the scenario'),
  if: z.boolean('expected true, false or a ${{ condition }}').optional().describe('false: the step is skipped'),
}

const fieldsOf = () =>
  Object.fromEntries(
    Object.entries(matchers).map(([name, matcher]) => [
      name,
      (matcher as AnyMatcher).fields.optional().describe(matcher.summary),
    ]),
  ) as Record<string, z.ZodOptional<z.ZodType>>

const patternNow = () => z.strictObject(fieldsOf())

const wantsNow = () => ({
  ...fieldsOf(),
  all: z.array(pattern).min(1).optional().describe('each of these, in any order'),
  sequence: z.array(pattern).min(1).optional().describe('each of these, in this order, gaps allowed'),
  any: z.array(pattern).min(1).optional().describe('one of these'),
})

const expectationNow = () =>
  z.strictObject({
    ...wantsNow(),
    count: count().optional().describe('exact number in the window, or { min, max }'),
    within: duration().optional().describe('maximum time after the anchor; default: 5s'),
    between: z.tuple([duration(), duration()]).optional().describe('both ends of the window after the anchor'),
    every: z
      .strictObject({
        of: duration().optional().describe('the interval, or the first of those that grow; default: what the first is'),
        tolerance: duration()
          .optional()
          .describe('how much each may be off, either way, besides jitter; default: 100ms'),
        grow: z
          .number()
          .min(1, 'a factor is 1 or more')
          .optional()
          .describe('the factor from each to the next; default: 1'),
        add: duration().optional().describe('how much longer each is than the one before it; default: 0ms'),
        cap: duration().optional().describe('what none grows beyond; default: without end'),
        jitter: z
          .union([
            percent(),
            z.strictObject({
              less: percent().describe('by which share a wait may be shorter'),
              more: percent().describe('by which share a wait may be longer'),
            }),
          ])
          .optional()
          .describe('by which share each varies by chance, either way, or { less, more }; default: not'),
      })
      .optional()
      .describe('the time from each match to the next'),
    after: text()
      .optional()
      .describe('the anchor: a step id, id.end, id.first, id.last, last-packet-from:D, boot:D, start'),
    since: z.literal('start').optional().describe('look at the whole run, not from the last satisfied expect on'),
    save: z
      .record(identifier(), saveFrom)
      .optional()
      .describe('NAME: FIELD of the match, or { field, json } or { field, regex }, for ${{ saved.NAME }}'),
  })

const prohibitionNow = () =>
  z.strictObject({
    ...wantsNow(),
    for: duration().optional().describe('how long it watches; a step needs it'),
    until: text().optional().describe('under always: what ends it: ID, ID.end or boot:D'),
    after: text().optional().describe('the anchor that the window begins at; default: the start of the step'),
  })

/** Made again when a matcher joins. */
export let pattern: ReturnType<typeof patternNow>
export let expectation: ReturnType<typeof expectationNow>
export let prohibition: ReturnType<typeof prohibitionNow>
derive(() => {
  pattern = patternNow()
  expectation = expectationNow()
  prohibition = prohibitionNow()
})

/** Keys of an expect or a never that are no matchers. */
export const expectationKeys = (): readonly string[] =>
  [...Object.keys(expectation.shape), ...Object.keys(prohibition.shape)].filter((key) => !Object.hasOwn(matchers, key))

export const repeat = z.strictObject({
  times: z.number().int().min(1).max(100_000).describe('how often'),
  steps: z.array(z.unknown()).min(1).describe('the steps of one turn'),
})
