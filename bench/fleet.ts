// One table of all libraries: what an idle device takes, and what a connect and a QoS 0 publish cost, beside bare `net`
// measured just before. CPU time, because the wall's depends on what else the machine does. HIL_BENCH_ROUNDS=3 measures
// each three times and shows the median; one round takes less than two minutes.

import { type ClientName, clients } from '../emulators/index.ts'
import { type Figures, measured, median, type Task } from './fleet/measured.ts'
import type { Measure } from './measure.ts'

const ROUNDS = Number(process.env.HIL_BENCH_ROUNDS ?? 1)
const HEAD = ['library', 'idle KiB', 'heap KiB', 'connect µs', 'x bare', 'publish µs', 'x bare']
const WIDTHS = [16, 9, 9, 11, 7, 11, 7]

export async function fleet(): Promise<readonly Measure[]> {
  print(HEAD)
  const all: Readonly<Record<Column, number>>[] = []
  for (const name of Object.keys(clients) as ClientName[]) {
    const rounds: Readonly<Record<Column, number>>[] = []
    for (let k = 0; k < ROUNDS; k++) rounds.push({ ...(await pair('idle', name)), ...(await pair('burst', name)) })
    all.push(...rounds)
    print([name, ...COLUMNS.map((column) => shown(rounds, column))])
  }
  print(['bare net', ...BARE.map((column) => (column === null ? '' : shown(all, column)))])
  return []
}

type Column = 'memory' | 'heap' | 'connect' | 'connects' | 'publish' | 'publishes' | `bare ${string}`

const COLUMNS = ['memory', 'heap', 'connect', 'connects', 'publish', 'publishes'] as const
const BARE = ['bare memory', 'bare heap', 'bare connect', null, 'bare publish', null] as const

/** Bare `net` and the library, one right after the other. */
async function pair(task: Task & ('idle' | 'burst'), name: ClientName): Promise<Record<Column, number>> {
  const bare = await measured('bare', task, 0)
  const ours = await measured('fleet', task, 0, name)
  const ratio = ours.cpu! / bare.cpu!
  const figures: Readonly<Record<string, number>> =
    task === 'burst'
      ? { publish: ours.cpu!, publishes: ratio, 'bare publish': bare.cpu! }
      : {
          ...{ connect: ours.cpu!, connects: ratio, 'bare connect': bare.cpu! },
          ...kibibytes('', ours),
          ...kibibytes('bare ', bare),
        }
  return figures as Record<Column, number>
}

const kibibytes = (prefix: string, { memory, heap }: Figures): Readonly<Record<string, number>> => ({
  [`${prefix}memory`]: memory! / 1024,
  [`${prefix}heap`]: heap! / 1024,
})

function shown(rounds: readonly Readonly<Record<Column, number>>[], column: Column): string {
  return median(rounds.map((round) => round[column]!)).toFixed(column === 'connects' || column === 'publishes' ? 2 : 1)
}

function print(cells: readonly string[]): void {
  const [first, ...rest] = cells
  console.log(`  ${first!.padEnd(WIDTHS[0]!)}${rest.map((cell, k) => cell.padStart(WIDTHS[k + 1]!)).join('')}`)
}
