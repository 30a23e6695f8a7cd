// results.json read back: what docs/results.md promises of it, as far as reports need it. A file that
// is something else is told before anything of it is shown.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { describeErrno } from '../run/index.ts'
import { RESULTS_VERSION } from './json.ts'
import type { Results } from './page/model.ts'

const facts = z.array(z.looseObject({ seq: z.number(), at: z.number(), text: z.string() }))

const step = z.looseObject({
  path: z.string(),
  id: z.string().nullable(),
  verb: z.string().nullable(),
  title: z.string().nullable(),
  line: z.number().nullable(),
  column: z.number().nullable().optional(),
  outcome: z.string(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  verdict: z.string().optional(),
  expected: z.string().optional(),
  got: z.string().optional(),
  evidence: facts.optional(),
  nearby: facts.optional(),
  window: z.object({ anchor: z.number(), from: z.number().nullable(), to: z.number().nullable() }).optional(),
})

/** Absent from what an older hil wrote. */
const earlier = z.array(
  z.looseObject({
    status: z.string(),
    reason: z.string().nullable(),
    startedAt: z.string(),
    duration: z.number(),
    steps: z.array(step),
    artifacts: z.array(z.string()),
  }),
)

const scenario = z.looseObject({
  name: z.string(),
  file: z.string(),
  line: z.number(),
  variant: z.string(),
  repetition: z.number(),
  status: z.string(),
  flaky: z.boolean(),
  attempts: z.array(z.string()),
  earlier: earlier.optional(),
  reason: z.string().nullable(),
  description: z.string().nullable().optional(),
  tags: z.array(z.string()),
  verifies: z.array(z.string()),
  broker: z.looseObject({ name: z.string(), version: z.string() }),
  bindings: z.record(z.string(), z.string()),
  signals: z.record(z.string(), z.array(z.string())).optional(),
  seed: z.number(),
  startedAt: z.string(),
  duration: z.number(),
  steps: z.array(step),
  artifacts: z.array(z.string()),
})

const results = z.looseObject({
  schema: z.literal('mqtt-hil/results'),
  version: z.literal(RESULTS_VERSION),
  startedAt: z.string(),
  duration: z.number(),
  interrupted: z.boolean(),
  timedOut: z.boolean(),
  summary: z.record(z.string(), z.number()),
  scenarios: z.array(scenario),
  notRun: z.array(z.looseObject({ name: z.string(), file: z.string(), variant: z.string() })),
})

/** @throws Problem `cli/no-results`. */
export async function readResults(folder: string): Promise<Results> {
  const file = join(folder, 'results.json')
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Problem('cli/no-results', `${file} cannot be read: ${describeErrno(cause)}`, {
      hint: 'name the output folder of a run, results by default',
      cause,
    })
  })
  try {
    const read: unknown = JSON.parse(text)
    results.parse(read)
    return read as Results // as it is: a parsed copy would have its fields in another order
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause).split('\n').slice(0, 2).join(' ') : String(cause)
    throw new Problem('cli/no-results', `${file} is not the results of a run: ${why}`, {
      hint: `hil run writes it; this hil reads version ${RESULTS_VERSION}`,
      cause,
    })
  }
}
