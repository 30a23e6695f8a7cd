// What a load run leaves in its scenario's folder: fleet.json, all that was measured; load.csv, a line for
// each moment; load.json, what the report draws.

import type { LoadResult } from '../../run/index.ts'
import { plotsOf } from './plots.ts'

/** By name: their texts. */
export const filesOf = (result: LoadResult): Record<string, string> => ({
  'fleet.json': `${JSON.stringify(result)}\n`,
  'load.csv': csvOf(result),
  'load.json': `${JSON.stringify(plotsOf(result))}\n`,
})

/** One row a point of the series; percentiles stand in the first row of their second. */
export function csvOf({ series }: LoadResult): string {
  const { at, counts, states, seconds } = series
  const columns: (readonly [string, (k: number) => number | null | undefined])[] = [
    ['seconds', (k) => at[k]! / 1000],
    ...Object.entries(states).flatMap(([group, of]) =>
      Object.entries(of).map(([state, list]) => [`${group}_${state}`, (k: number) => list[k]] as const),
    ),
    ...Object.entries(counts).map(([name, list]) => [name, (k: number) => list[k]] as const),
  ]
  const inSecond = (list: readonly (number | null)[]) => (k: number) => {
    const s = Math.floor(at[k]! / 1000)
    return k > 0 && Math.floor(at[k - 1]! / 1000) === s ? null : list[s]
  }
  for (const [metric, list] of Object.entries(seconds.p50)) columns.push([`${metric}_p50_us`, inSecond(list)])
  for (const [metric, list] of Object.entries(seconds.p99)) columns.push([`${metric}_p99_us`, inSecond(list)])
  columns.push(
    ['generator_cpu_percent', inSecond(seconds.generatorCpu)],
    ['broker_cpu_percent', inSecond(seconds.brokerCpu)],
  )
  const rows = at.map((_, k) => columns.map(([, value]) => value(k) ?? '').join(','))
  return `${[columns.map(([name]) => name).join(','), ...rows].join('\n')}\n`
}
