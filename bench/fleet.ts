// One table of all libraries: what an idle device takes, and what a connect and a QoS 0 publish cost, beside bare `net`
// measured just before or just after. CPU time, because the wall's depends on what else the machine does. 4,000 devices,
// which publish once a second each; what they do without that (pings, looks at their sockets) is the column `idle`, and no
// part of a publish. HIL_BENCH_ROUNDS=3 measures each three times and shows the median; one round takes two minutes.
// HIL_BENCH_CLIENT names one library.

import { loadavg } from 'node:os'
import { type ClientName, clients } from '../emulators/index.ts'
import { type Figures, measured, median } from './fleet/measured.ts'
import type { Measure } from './measure.ts'

const ROUNDS = Number(process.env.HIL_BENCH_ROUNDS ?? 1)
const HEAD = [
  'library',
  'RSS KiB',
  '- bare',
  'heap KiB',
  'connect µs',
  'x bare',
  'publish µs',
  'x bare',
  'idle µs/s',
  'load',
]
const WIDTHS = [16, 9, 8, 10, 12, 8, 12, 8, 11, 6]

/** A round of a library, and bare `net` beside it. */
interface Pair {
  readonly ours: Figures
  readonly bare: Figures
}

export async function fleet(): Promise<readonly Measure[]> {
  print(HEAD)
  const only = process.env.HIL_BENCH_CLIENT as ClientName | undefined
  const names = only === undefined ? (Object.keys(clients) as ClientName[]) : [only]
  const all: Figures[] = []
  for (let at = 0; at < names.length; at += 2) {
    const two = names.slice(at, at + 2)
    const pairs = two.map((): Pair[] => [])
    for (let round = 0; round < ROUNDS; round++) {
      const bare = await measured('bare', 'living', 0)
      all.push(bare)
      for (const [k, name] of two.entries()) {
        pairs[k]!.push({ ours: await measured('fleet', 'living', 0, name), bare })
        if (round === ROUNDS - 1) print([name, ...cells(pairs[k]!)])
      }
    }
  }
  const of = (key: string): number => median(all.map((figures) => figures[key]!))
  const sizes = [kibibytes(of('memory')), '', kibibytes(of('heap'))]
  print(['bare net', ...sizes, of('cpu').toFixed(1), '', of('publish').toFixed(1), '', of('idle').toFixed(1)])
  return []
}

const kibibytes = (bytes: number): string => (bytes / 1024).toFixed(1)

function cells(pairs: readonly Pair[]): readonly string[] {
  const of = (look: (pair: Pair) => number): number => median(pairs.map(look))
  return [
    kibibytes(of(({ ours }) => ours.memory!)),
    kibibytes(of(({ ours, bare }) => ours.memory! - bare.memory!)),
    kibibytes(of(({ ours }) => ours.heap!)),
    of(({ ours }) => ours.cpu!).toFixed(1),
    of(({ ours, bare }) => ours.cpu! / bare.cpu!).toFixed(2),
    of(({ ours }) => ours.publish!).toFixed(1),
    of(({ ours, bare }) => ours.publish! / bare.publish!).toFixed(2),
    of(({ ours }) => ours.idle!).toFixed(1),
    loadavg()[0]!.toFixed(1),
  ]
}

function print(cells: readonly string[]): void {
  const [first, ...rest] = cells
  console.log(`  ${first!.padEnd(WIDTHS[0]!)}${rest.map((cell, k) => cell.padStart(WIDTHS[k + 1]!)).join('')}`)
}
