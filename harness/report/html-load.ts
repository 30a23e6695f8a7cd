// load.json: what a fleet did over time, for the plots of report.html. Whoever runs fleets writes it
// beside the timeline and names it among the artifacts; its shape is LoadData in evidence/load-data.ts.

import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import type { LoadData } from './page/model.ts'

const numbers = <K extends string>(...names: readonly K[]): Record<K, z.ZodNumber> =>
  Object.fromEntries(names.map((name) => [name, z.number()])) as Record<K, z.ZodNumber>

const row = numbers('expected', 'arrived', 'lost', 'duplicated', 'reordered', 'late')

const shape = z.object({
  schema: z.literal('mqtt-hil/load'),
  version: z.literal(1),
  phases: z.array(z.object({ name: z.string(), from: z.number(), to: z.number() })),
  plots: z.array(
    z
      .object({
        title: z.string(),
        unit: z.string(),
        logarithmic: z.boolean().optional(),
        percentiles: z.boolean().optional(),
        detail: z.boolean().optional(),
        times: z.array(z.number()),
        series: z.array(z.object({ name: z.string(), values: z.array(z.number().nullable()) })),
      })
      .refine(({ times, series }) => series.every(({ values }) => values.length === times.length), {
        message: 'a series has as many values as there are times',
      }),
  ),
  slo: z.array(z.object({ objective: z.string(), status: z.string(), got: z.string() })),
  times: z.array(z.object({ name: z.string(), ...numbers('count', 'p50', 'p90', 'p99', 'p999', 'max') })).optional(),
  ledger: z
    .object({
      ...{ ...numbers('sent', 'unconfirmed'), total: z.object(row) },
      groups: z.array(z.object({ name: z.string(), ...row })),
      reasons: z.array(z.object({ why: z.string(), count: z.number() })),
    })
    .optional(),
})

/** Throws Problem `report/bad-load`. */
export function readLoad(text: string, file: string): LoadData {
  try {
    return shape.parse(JSON.parse(text)) as LoadData
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message
    throw new Problem('report/bad-load', `${file} is not what a load run writes: ${why}`, { cause })
  }
}
