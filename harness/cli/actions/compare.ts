// `hil run --compare`: each scenario with two bindings, and where their packets differ.

import { join } from 'node:path'
import { createColors } from 'picocolors'
import { Problem } from '../../../emulators/index.ts'
import type { Plan } from '../../plan/index.ts'
import { compareRecords, type Difference, prepareOutput } from '../../report/index.ts'
import { runSuite, type ScenarioResult, type SuiteResult } from '../../run/index.ts'
import { openChosen } from '../brokers.ts'
import type { RunArguments } from '../commands/run.ts'
import { EXIT, type ExitCode, exitCodeOf, worse } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { type Loaded, load, nothingMatched } from '../load.ts'
import type { Terminal } from '../terminal.ts'

/** `other`: the bindings that those of `--bind` are compared with; empty: the scenario as it is written. */
export async function compareAction(args: RunArguments, other: readonly string[], out: Terminal): Promise<ExitCode> {
  if ((args.bind ?? []).length === 0 && other.length === 0)
    throw new Problem('cli/nothing-to-compare', '--compare without --bind compares a scenario with itself', {
      hint: 'such as --bind blue=virtual --compare',
    })
  const seed = args.seed ?? Math.floor(Math.random() * 2 ** 32)
  const load1 = await load({ ...args, bind: other }, { seed, timeout: args.timeout }, out)
  const load2 = await load(args, { seed, timeout: args.timeout }, out)
  if (load1.errors + load2.errors > 0) return EXIT.usage
  if (load1.plans.length === 0) {
    out.printError(nothingMatched(load1))
    return args.passWithNoTests ? EXIT.passed : EXIT.nothingMatched
  }
  const names = [other.join(' ') || 'as written', (args.bind ?? []).join(' ') || 'as written'] as const
  const interrupt = interruptible(out)
  try {
    const first = await once(load1, 'first', args, seed, interrupt.signal)
    const second = await once(load2, 'second', args, seed, interrupt.signal)
    const code = worse(exitCodeOf(first, args), exitCodeOf(second, args))
    const differ = first.scenarios.filter((one) => told(one, twin(one, second), names, out))
    return differ.length > 0 ? worse(code, EXIT.failed) : code
  } finally {
    interrupt.done()
  }
}

async function once(
  { plans, config, brokerOf }: Loaded,
  folder: string,
  args: RunArguments,
  seed: number,
  signal: AbortSignal,
): Promise<SuiteResult> {
  const output = join(args.output ?? config.output ?? 'results', `compare-${folder}`)
  await prepareOutput(output)
  // One after the other: two runs side by side would disturb each other's times.
  const options = { jobs: 1, retries: 0, repeatEach: 1, maxFailures: 0, globalTimeout: 0, seed, output, signal }
  return runSuite(plans, { ...options, openBroker: (plan) => openChosen(brokerOf.get(plan)!) }, [])
}

const twin = ({ run: { plan } }: ScenarioResult, { scenarios }: SuiteResult): ScenarioResult | undefined =>
  scenarios.find(
    ({ run }) => run.plan.file === plan.file && run.plan.name === plan.name && run.plan.variant === plan.variant,
  )

/** True when they differ. */
function told(
  one: ScenarioResult,
  other: ScenarioResult | undefined,
  names: readonly [string, string],
  out: Terminal,
): boolean {
  const c = createColors(out.color)
  const { plan } = one.run
  const title = `${plan.name}${plan.variant === '' ? '' : ` [${plan.variant}]`}`
  const unable = [one, other].find((side) => side === undefined || UNUSABLE.has(side.run.status))
  if (other === undefined || unable !== undefined) {
    const why = unable === undefined ? 'is not there in both' : `${unable.run.status}: ${reason(unable)}`
    out.print(`${c.yellow('-')} ${title}: not compared, ${why}\n`)
    return false
  }
  const { differences, same } = compareRecords(one.run.events, other.run.events, {
    looping: loopingIn(plan, other.run.plan),
  })
  const verdicts = one.run.status === other.run.status ? '' : `, ${one.run.status} here and ${other.run.status} there`
  if (differences.length === 0 && verdicts === '') {
    out.print(`${c.green('=')} ${title}: ${same} packets, the same in both\n`)
    return false
  }
  out.print(`${c.red('≠')} ${title}: ${same} packets are the same, ${differences.length} differences${verdicts}\n`)
  out.print(`    - ${names[0]}\n    + ${names[1]}\n`)
  for (const difference of differences) out.print(`  ${line(difference)}\n`)
  return true
}

const UNUSABLE: ReadonlySet<string> = new Set(['skipped', 'broken', 'interrupted'])

const reason = ({ run }: ScenarioResult): string => run.problem?.message ?? run.plan.skip ?? 'no reason is known'

const loopingIn = (...plans: readonly Plan[]): readonly string[] =>
  plans.flatMap(({ devices }) => devices.filter(({ busy }) => busy !== null).map(({ name }) => name))

function line({ device, direction, kind, text }: Difference): string {
  const sign = kind === 'only-in-first' ? '-' : kind === 'only-in-second' ? '+' : '~'
  return `${sign} ${device} ${direction === 'up' ? '▲' : '▼'} ${text}`
}
