// Scenario by broker, for runs on several: one mark a cell, and below it what the brokers cannot do.

import type { createColors } from 'picocolors'
import type { ScenarioRun, Status, SuiteResult } from '../run/index.ts'

type Colors = ReturnType<typeof createColors>

const WORDS: Readonly<Record<Status, (c: Colors) => (text: string) => string>> = {
  passed: (c) => c.green,
  failed: (c) => c.red,
  gap: (c) => c.magenta,
  inconclusive: (c) => c.yellow,
  skipped: (c) => c.dim,
  broken: (c) => c.red,
  interrupted: (c) => c.yellow,
}
/** The worst first: several runs of a scenario on a broker share a cell. */
const WORST: readonly Status[] = ['broken', 'failed', 'interrupted', 'inconclusive', 'gap', 'passed', 'skipped']
const GAP = '  '

/** Empty when there was one broker only. */
export function brokerTable(result: SuiteResult, c: Colors, width: number): string {
  const runs = result.scenarios.map((scenario) => scenario.run)
  const brokers = [...new Set(runs.map((run) => run.broker.name))]
  if (brokers.length < 2) return ''
  const heads = brokers.map((name) => headOf(name, runs))
  const columns = heads.map((head) => Math.max(head.length, 'inconclusive'.length))
  const titles = [...new Set(runs.map(titleOf))]
  const room = Math.max(20, width - columns.reduce((sum, column) => sum + column + GAP.length, 4))
  const titleWidth = Math.min(room, Math.max(...titles.map((title) => title.length), 'scenario'.length))
  const line = (cells: readonly string[]): string => `  ${cells.join(GAP)}`.trimEnd()
  const rows = titles.map((title) => {
    const cells = brokers.map((name, k) => {
      const here = runs.filter((run) => titleOf(run) === title && run.broker.name === name)
      return cellOf(here, columns[k]!, c)
    })
    return line([cut(title, titleWidth), ...cells])
  })
  const header = line([
    c.dim('scenario'.padEnd(titleWidth)),
    ...heads.map((head, k) => c.bold(head.padEnd(columns[k]!))),
  ])
  const below = shortcomings(runs, c)
  return `${[header, ...rows, ...(below.length === 0 ? [] : ['', ...below])].join('\n')}\n`
}

const titleOf = ({ plan }: ScenarioRun): string => (plan.variant === '' ? plan.name : `${plan.name} [${plan.variant}]`)

function headOf(name: string, runs: readonly ScenarioRun[]): string {
  const version = runs.find((run) => run.broker.name === name && run.broker.version !== '')?.broker.version
  return version === undefined ? name : `${name} ${version}`
}

function cellOf(runs: readonly ScenarioRun[], width: number, c: Colors): string {
  const status = WORST.find((word) => runs.some((run) => run.status === word))
  if (status === undefined) return ''.padEnd(width)
  return WORDS[status](c)(status.padEnd(width))
}

/** Names begin alike and variants end them: both ends are kept. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text.padEnd(width)
  const tail = Math.floor(width / 3)
  return `${text.slice(0, width - tail - 1)}…${text.slice(-tail)}`
}

/** What brokers do not do by the contract of brokers. It holds whatever is run, and is no failure of this run. */
function shortcomings(runs: readonly ScenarioRun[], c: Colors): string[] {
  const lines = runs.flatMap(({ broker }) =>
    broker.gaps.map(({ test, reason }) =>
      c.dim(`  note, no failure: a known limit of ${broker.name} at "${test}": ${reason}`),
    ),
  )
  return [...new Set(lines)]
}
