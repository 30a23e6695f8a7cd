// A load that was recorded, judged again: its fleet.json and the bounds of its scenario.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instant } from '../../../emulators/index.ts'
import type { Verdict } from '../../judge/index.ts'
import type { Plan } from '../../plan/index.ts'
import type { LoadResult } from '../../run/index.ts'
import { boundsOf, verdictsOf } from './slo-check.ts'

/** What the bounds of a plan say of the load recorded in this folder. One that cannot be read leaves each inconclusive. */
export async function judgeRecordedLoad(plan: Plan, folder: string): Promise<readonly Verdict[]> {
  if (plan.slos.length === 0 && plan.fleet === null) return []
  const read = await readLoad(join(folder, 'fleet.json'))
  if ('result' in read) return verdictsOf(plan, { ...read.result, slos: boundsOf(plan, read.result) })
  return plan.slos.map(({ metric, statistic, place }, k) => ({
    kind: 'inconclusive',
    step: `slo.${k}`,
    place,
    title: `slo ${statistic} of ${metric}`,
    expected: `a bound on the ${statistic} of ${metric}`,
    got: read.missing,
    evidence: [],
    nearby: [],
    at: 0 as Instant,
  }))
}

/** All that bounds are held against. */
const KEYS = ['phases', 'groups', 'shards', 'times', 'counts', 'rates', 'ledger', 'generator'] as const

async function readLoad(file: string): Promise<{ readonly result: LoadResult } | { readonly missing: string }> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return { missing: 'what the fleet measured (fleet.json) is not in the record' }
  try {
    const result = JSON.parse(text) as LoadResult
    const whole =
      result.schema === 'mqtt-hil/fleet' &&
      KEYS.every((key) => typeof result[key] === 'object') &&
      result.ledger.groups !== undefined &&
      result.generator.late !== undefined
    return whole ? { result } : { missing: `${file} was written by another version of hil; run it again` }
  } catch {
    return { missing: `${file} is not JSON` }
  }
}
