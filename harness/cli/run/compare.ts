// `hil run --compare`: each scenario with two bindings, on two brokers, or in real and in virtual time, and where their packets differ.
// The two runs of a scenario come one after the other: side by side they would disturb each other's times.

import { basename, join } from 'node:path'
import { createColors } from 'picocolors'
import { Problem } from '../../../emulators/index.ts'
import { type Compared, compareRecords, differs, parityTable, type RunDifference } from '../../compare/index.ts'
import { COMPARE_FOLDER } from '../../evidence/index.ts'
import { type Plan, SUFFIX } from '../../plan/index.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { prepareOutput } from '../../report/index.ts'
import { runSuite, type ScenarioRun } from '../../run/index.ts'
import { type Job, select, suiteJobOf } from '../../select/index.ts'
import { exitCodeOf, worse } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
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
  const seed = args.seed ?? Math.floor(Math.random() * 2 ** 32)
  const options = { seed, timeout: args.timeout, onDiagnostic: printDiagnostics(out) }
  // On two brokers both runs have the same bindings, unless others are named.
  const bind = isRehearsal && other.length === 0 ? args.bind : other
  const on = (broker: string | undefined) => (broker === undefined ? {} : { broker: [broker] })
  const first = await select({ ...args, bind, ...on(here), ...(clocks ? { clock: 'real' as const } : {}) }, options)
  const second = await select({ ...args, ...on(there) }, options)
  if (first.errors + second.errors > 0) return EXIT.usage
  if (first.jobs.length === 0) {
    out.printError(nothingMatched(first))
    return args.passWithNoTests ? EXIT.passed : EXIT.nothingMatched
  }
  const names = [
    nameOf(bind ?? [], clocks ? 'real time' : '', isRehearsal ? here! : ''),
    nameOf(args.bind ?? [], clocks ? 'virtual time' : '', there ?? ''),
  ] as const
  const pairs = first.jobs.map((job) => new Pair(job, twin(job, second.jobs), isRehearsal))
  // A run's plan may say more than the one that was asked for, such as which board it was; its origin is the same.
  const pairOf = new Map(pairs.flatMap((pair) => pair.plans.map(({ given }) => [given, pair])))
  const output = join(args.output ?? first.config.output ?? 'results', COMPARE_FOLDER)
  await prepareOutput(output)
  for (const pair of pairs) if (pair.runnable.length === 0) tell(pair.result, names, out)
  const interrupt = interruptible(out)
  try {
    const result = await runSuite(
      pairs.flatMap(({ runnable }) => runnable.map(suiteJobOf)),
      {
        jobs: args.jobs ?? 1,
        ...{ retries: 0, repeatEach: 1, maxFailures: 0, globalTimeout: 0 },
        ...{ seed, output, signal: interrupt.signal },
      },
      [
        {
          onScenarioEnd(run) {
            const pair = pairOf.get(run.plan.given)!
            if (pair.ran(run)) tell(pair.result, names, out)
          },
        },
      ],
    )
    const all = pairs.map((pair) => pair.result)
    if (all.length > 1) out.print(`\n${parityTable(all, createColors(out.color), out.width)}`)
    const code = exitCodeOf(result, args)
    return all.some(differs) ? worse(code, EXIT.failed) : code
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

const twin = ({ plan }: Job, jobs: readonly Job[]): Job | undefined =>
  jobs.find(({ plan: other }) => other.file === plan.file && other.name === plan.name && other.variant === plan.variant)

/** A scenario with the one binding and with the other, and what came of it. */
class Pair {
  readonly #jobs: readonly Job[]
  readonly #twin: Job | undefined
  readonly #runs: ScenarioRun[] = []

  /** On two brokers: what they send is held against each other in time as well. */
  readonly #isRehearsal: boolean

  constructor(job: Job, twin: Job | undefined, isRehearsal: boolean) {
    this.#isRehearsal = isRehearsal
    this.#twin = twin
    this.#jobs = twin === undefined ? [job] : [job, twin]
  }

  get plans(): readonly Plan[] {
    return this.#jobs.map(({ plan }) => plan)
  }

  /** Nothing when one of them is skipped: the other alone tells nothing. */
  get runnable(): readonly Job[] {
    return this.#twin === undefined || this.plans.some(({ skip }) => skip !== null) ? [] : this.#jobs
  }

  /** True when that was the second. */
  ran(run: ScenarioRun): boolean {
    this.#runs.push(run)
    return this.#runs.length === this.plans.length
  }

  get result(): Compared {
    const [plan] = this.plans
    const { file, variant } = plan!
    const title = `${basename(file, SUFFIX)}${variant === '' ? '' : ` [${variant}]`}`
    const [one, other] = this.plans.map((p) => this.#runs.find((run) => run.plan.given === p.given))
    if (one === undefined || other === undefined || UNUSABLE.has(one.status) || UNUSABLE.has(other.status))
      return { title, outcome: { kind: 'not-compared', why: this.#whyNot() } }
    const { differences, same } = compareRecords(one.events, other.events, {
      looping: loopingIn(this.plans),
      brokers: this.#isRehearsal,
    })
    const verdicts = one.status === other.status ? null : `${one.status} here and ${other.status} there`
    return { title, outcome: { kind: 'compared', same, differences, verdicts } }
  }

  #whyNot(): string {
    if (this.#twin === undefined) return 'it is not there in both'
    const skipped = this.plans.find(({ skip }) => skip !== null)
    if (skipped !== undefined) return skipped.skip!
    const unusable = this.#runs.find(({ status }) => UNUSABLE.has(status))
    return unusable === undefined
      ? 'it was not run'
      : `${unusable.status}: ${unusable.problem?.message ?? 'no reason is known'}`
  }
}

const UNUSABLE: ReadonlySet<string> = new Set(['skipped', 'broken', 'interrupted'])

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

const loopingIn = (plans: readonly Plan[]): readonly string[] =>
  plans.flatMap(({ devices }) => devices.filter(({ busy }) => busy !== null).map(({ name }) => name))

function line({ device, direction, kind, text }: RunDifference): string {
  const sign = kind === 'only-in-first' ? '-' : kind === 'only-in-second' ? '+' : '~'
  return `${sign} ${device} ${direction === 'up' ? '▲' : '▼'} ${text}`
}
