// `hil run --compare`: each scenario with two bindings, on two brokers, or in real and in virtual time, and where their packets differ.
// The two runs of a scenario come one after the other: side by side they would disturb each other's times.

import { createColors } from 'picocolors'
import { Problem } from '../../../emulators/core/problem.ts'
import { type Compared, compareSuites, parityTable, type RunDifference } from '../../api/compare.ts'
import { anySeed, openSuite } from '../../api/suite.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { exitCodeOf, worse } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { selectionOf } from '../selecting.ts'
import { nothingMatched, printDiagnostics } from '../selection.ts'
import type { Terminal } from '../terminal.ts'
import type { RunArguments } from './command.ts'

/** `other`: the bindings that those of `--bind` are compared with; empty: the scenario as it is written. */
export async function compareAction(args: RunArguments, other: readonly string[], out: Terminal): Promise<ExitCode> {
  const clocks = args.clock !== undefined && args.clock !== 'real'
  const [here, there] = brokersOf(args)
  const isRehearsal = there !== undefined
  if ((args.bind ?? []).length === 0 && other.length === 0 && !clocks && !isRehearsal)
    throw new Problem('cli/nothing-to-compare', '--compare without --bind compares a scenario with itself', {
      hint: 'such as --bind blue=virtual --compare, --broker A --broker B --compare, or --clock virtual --compare',
    })
  const { seed = anySeed(), timeout } = args
  // On two brokers both runs have the same bindings, unless others are named.
  const bind = isRehearsal && other.length === 0 ? args.bind : other
  const open = (differently: Partial<RunArguments>) =>
    openSuite(
      {
        ...selectionOf({ ...args, ...differently }),
        ...{ seed, timeout, onDiagnostic: printDiagnostics(out) },
      },
      'all',
    )
  const on = (broker: string | undefined) => (broker === undefined ? {} : { broker: [broker] })
  const first = await open({ bind, ...on(here), ...(clocks ? { clock: 'real' as const } : {}) })
  const second = await open(on(there))
  if (first.selection.errors + second.selection.errors > 0) return EXIT.usage
  if (first.plans.length === 0) {
    out.printError(nothingMatched(first.selection))
    return args.passWithNoTests ? EXIT.passed : EXIT.nothingMatched
  }
  const names = [
    nameOf(bind ?? [], clocks ? 'real time' : '', isRehearsal ? here! : ''),
    nameOf(args.bind ?? [], clocks ? 'virtual time' : '', there ?? ''),
  ] as const
  const interrupt = interruptible(out)
  try {
    const { result, compared, differs } = await compareSuites(first, second, {
      ...{ isRehearsal, output: args.output, jobs: args.jobs, signal: interrupt.signal },
      onCompared: (one) => tell(one, names, out),
    })
    if (compared.length > 1) out.print(`\n${parityTable(compared, createColors(out.color), out.width)}`)
    const code = exitCodeOf(result, args)
    return differs ? worse(code, EXIT.failed) : code
  } finally {
    interrupt.done()
  }
}

/** The two brokers of a rehearsal; the one that is named, or none. Throws Problem `cli/compare-brokers`. */
function brokersOf({ broker = [] }: RunArguments): readonly [here?: string, there?: string] {
  if (broker.length > 2)
    throw new Problem('cli/compare-brokers', `--compare takes two brokers, here are ${broker.length}`, {
      hint: 'such as --broker aedes --broker aedes@2 --compare',
    })
  return broker.length === 2 ? [broker[0]!, broker[1]!] : []
}

const nameOf = (bind: readonly string[], clock: string, broker: string): string =>
  [...bind, clock, broker].filter((part) => part !== '').join(' ') || 'as written'

/** What there is to tell as soon as both have been run. */
function tell({ title, outcome }: Compared, names: readonly [string, string], out: Terminal): void {
  const c = createColors(out.color)
  if (outcome.kind === 'not-compared') {
    out.print(`${c.yellow('-')} ${title}: not compared, ${outcome.why}\n`)
    return
  }
  const { same, differences, verdicts } = outcome
  if (differences.length === 0 && verdicts === null) {
    out.print(`${c.green('=')} ${title}: ${same} packets, the same in both\n`)
    return
  }
  const judged = verdicts === null ? '' : `, ${verdicts}`
  out.print(`${c.red('≠')} ${title}: ${same} packets are the same, ${differences.length} differences${judged}\n`)
  out.print(`    - ${names[0]}\n    + ${names[1]}\n`)
  for (const difference of differences) out.print(`  ${line(difference)}\n`)
}

function line({ device, direction, kind, text }: RunDifference): string {
  const sign = kind === 'only-in-first' ? '-' : kind === 'only-in-second' ? '+' : '~'
  return `${sign} ${device} ${direction === 'up' ? '▲' : '▼'} ${text}`
}
