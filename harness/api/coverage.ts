// Which statements of MQTT the scenarios of runs were about. `hil coverage` stands on it.

import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import {
  type Coverage,
  coverageOf,
  isAbout,
  type MqttVersion,
  type RanScenario,
  statementsOf,
} from '../coverage/index.ts'
import { describeErrno } from '../report/index.ts'
import { checkArguments, checkOptions, oneOrMore, optional } from './doors.ts'

export { type Coverage, showCoverage, totalsLine } from '../coverage/index.ts'

/** Which statements coverage is about. */
export interface CoverageOptions {
  /** Default: 3.1.1. */
  readonly mqtt?: MqttVersion | undefined
  /** Only the statements about this side; default: both. */
  readonly side?: 'client' | 'broker' | undefined
}

const schema = optional({
  mqtt: z.enum(['3.1.1', '5'] satisfies MqttVersion[]),
  side: z.enum(['client', 'broker']),
} satisfies { readonly [K in keyof CoverageOptions]-?: unknown })

/**
 * Holds the results of runs against the table of statements. `folders`: output folders of runs, or their results.json.
 * Throws Problem `cli/no-results`.
 */
export async function readCoverage(
  folders: string | readonly string[] = 'results',
  options: CoverageOptions = {},
): Promise<Coverage> {
  checkArguments({ folders: oneOrMore }, { folders }, 'readCoverage')
  checkOptions(schema, options, 'readCoverage')
  const { mqtt = '3.1.1', side } = options
  const scenarios = (await Promise.all([folders].flat().map(readResults))).flat()
  return coverageOf(statementsOf(mqtt), scenarios.filter(isAbout(mqtt)), side === 'broker' ? 'server' : (side ?? null))
}

const strings = z.array(z.string())

/** What coverage needs of results.json; the rest is not looked at. */
const results = z.object({
  schema: z.literal('mqtt-hil/results'),
  scenarios: z.array(
    z.object({
      name: z.string(),
      file: z.string(),
      variant: z.string(),
      status: z.string(),
      reason: z.string().nullable(),
      verifies: strings,
      tags: strings.optional(),
      broker: z.object({ name: z.string(), version: z.string() }),
      bindings: z.record(z.string(), z.string()),
      steps: z.array(
        z.object({ verdict: z.string().optional(), verifies: strings.optional(), violates: strings.optional() }),
      ),
    }),
  ),
})

async function readResults(path: string): Promise<readonly RanScenario[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  const file = isFolder ? join(path, 'results.json') : path
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Problem('cli/no-results', `${file} cannot be read: ${describeErrno(cause)}`, {
      hint: 'name the output folder of a run, results by default',
      cause,
    })
  })
  try {
    return results.parse(JSON.parse(text)).scenarios as readonly RanScenario[]
  } catch {
    // told below
  }
  throw new Problem('cli/no-results', `${file} is not the results of a run`, { hint: 'hil run writes results.json' })
}
