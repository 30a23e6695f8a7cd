// What `hil run` does.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../../emulators/index.ts'
import { version } from '../../config/package.ts'
import type { Plan } from '../../plan/index.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { guarded, prepareOutput, REPORT, type Reporter, type ReporterKind, reporters } from '../../report/index.ts'
import { runSuite, type SuiteListener, type SuiteResult } from '../../run/index.ts'
import { didYouMean } from '../../scenario/index.ts'
import {
  durationOf,
  type Job,
  requireHardware,
  type Selection,
  select,
  skipLargeFleets,
  smallFleets,
  suiteJobOf,
  withPlan,
} from '../../select/index.ts'
import { limitsOf } from '../../session/index.ts'
import { tell } from '../errors.ts'
import { exitCodeOf, worse } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { nothingMatched, printDiagnostics } from '../selection.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { RunArguments } from './command.ts'

/** Scenarios mostly wait: two cores serve so many without lag. */
export const DEFAULT_OUTPUT = 'results'
/** `json` costs nothing, and `--last-failed` reads it. */
const DEFAULT_REPORTERS = ['list', 'json', 'junit', 'html']

/** What `hil watch` adds to a run. */
export interface WatchOptions {
  /** Ends the run; signals are for the watch to hear. */
  readonly signal: AbortSignal
  readonly choose: (plan: Plan) => boolean
  readonly listener: SuiteListener
}

export async function runAction(args: RunArguments, watched?: WatchOptions): Promise<ExitCode> {
  const out = terminal()
  if (args.compare !== undefined) {
    const { compareAction } = await import('./compare.ts')
    return compareAction(args, args.compare, out)
  }
  checkNumbers(args)
  const seed = args.seed ?? Math.floor(Math.random() * 2 ** 32)
  const globalTimeout = args.globalTimeout === undefined ? 0 : durationOf(args.globalTimeout, '--global-timeout')
  checkShard(args.shard)
  const selected = await select(args, { seed, timeout: args.timeout, onDiagnostic: printDiagnostics(out) })
  const { config, errors } = selected
  const jobs = selected.jobs.map((job) => withPlan(job, skipLargeFleets))
  if (errors > 0) {
    out.printError(`${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was run\n`)
    return EXIT.usage
  }
  if (args.requireHardware) requireHardware(jobs.map(({ plan }) => plan))
  const output = args.output ?? config.output ?? DEFAULT_OUTPUT
  const among = watched === undefined ? jobs : jobs.filter(({ plan }) => watched.choose(plan))
  const candidates = args.lastFailed ? await lastFailed(among, output) : among
  const chosen = sharded(candidates, args.shard)
  if (chosen.length === 0) {
    out.printError(whyNone(selected, candidates, args))
    return args.passWithNoTests ? EXIT.passed : EXIT.nothingMatched
  }
  const troubles: unknown[] = []
  const listeners = reportersOf(args.reporter ?? config.reporters ?? DEFAULT_REPORTERS, out).map((reporter) =>
    guarded(reporter, (error) => troubles.push(error)),
  )
  await prepareOutput(output)
  listeners.push(waitingTold(out))
  if (watched !== undefined) listeners.push(watched.listener)
  const interrupt = watched === undefined ? interruptible(out) : { signal: watched.signal, done() {} }
  const result = await runSuite(
    chosen.map(suiteJobOf),
    {
      openFleet: smallFleets,
      jobs: args.jobs ?? config.jobs ?? 'auto',
      retries: args.retries ?? config.retries ?? 0,
      limits: limitsOf(config.limits),
      repeatEach: args.repeatEach,
      seedEach: args.seedEach,
      maxFailures: args.x ? 1 : (args.maxFailures ?? 0),
      seed,
      globalTimeout,
      output,
      waitForBoard: args.waitForBoard === undefined ? undefined : durationOf(args.waitForBoard, '--wait-for-board'),
      signal: interrupt.signal,
    },
    listeners,
  )
  interrupt.done()
  let code = exitCodeOf(result, args)
  troubles.push(...unrecorded(result))
  for (const trouble of troubles) code = worse(code, await tell(trouble, out))
  return code
}

/** Says once for each holder which board is waited for. */
function waitingTold(out: Terminal): SuiteListener {
  const told = new Set<string>()
  return {
    onWaiting(_plan, _repetition, text) {
      // Scenarios of this run that wait for each other need no word.
      if (told.has(text) || text.includes(`(pid ${process.pid},`) || !text.includes(', in use by ')) return
      told.add(text)
      out.printError(`${text}\n`)
    },
  }
}

/** Records that could not be written; a full disk is told once, not for each scenario. */
function unrecorded({ scenarios }: SuiteResult): Problem[] {
  const all = scenarios.flatMap(({ attempts }) => attempts.flatMap(({ unwritten }) => unwritten ?? []))
  const [first, ...more] = all
  if (first === undefined || more.length === 0) return all
  const { code, message, hint, cause } = first
  return [new Problem(code, `${message}; so it is with ${more.length} more`, { hint, cause })]
}

function whyNone(selected: Selection, candidates: readonly Job[], args: RunArguments): string {
  const { jobs } = selected
  if (jobs.length === 0) return nothingMatched(selected)
  const why =
    candidates.length === 0
      ? `none of ${jobs.length} ${jobs.length === 1 ? 'scenario' : 'scenarios'} failed the last time`
      : `there are fewer scenarios (${candidates.length}) than parts, and part ${args.shard} has none`
  return `error cli/nothing-matched\n  ${why}\n`
}

function checkNumbers(args: RunArguments): void {
  const least = { jobs: 1, maxFailures: 0, retries: 0, repeatEach: 1, seed: 0 } as const
  for (const [name, low] of Object.entries(least)) {
    const value = args[name as keyof typeof least]
    if (value !== undefined && (!Number.isInteger(value) || value < low))
      throw new Problem(
        'cli/bad-number',
        `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}: expected a whole number, at least ${low}`,
      )
  }
}

export function reportersOf(names: readonly string[], out: Terminal): Reporter[] {
  const kinds = [...new Set(names.flatMap((name) => name.split(',')))].map((name) => {
    const kind = (reporters as Readonly<Record<string, ReporterKind>>)[name]
    if (kind === undefined)
      throw new Problem('cli/unknown-reporter', `unknown reporter "${name}"`, {
        hint: didYouMean(name, Object.keys(reporters)) ?? `there is ${Object.keys(reporters).join(', ')}`,
      })
    return kind
  })
  // One that has a file as well leaves the terminal to those that have only that.
  const spoken = kinds.some(({ to }) => to.includes('terminal') && !to.includes('file'))
  const page = kinds.some((kind) => kind === reporters.html) ? REPORT : undefined
  return kinds.map((kind) =>
    kind.create({
      ...out,
      version: version(),
      page,
      ...(spoken && kind.to.includes('file') ? { print: () => {} } : {}),
    }),
  )
}

/** `N/M`: every Mth scenario, beginning with the Nth; the parts are disjoint and cover all. */
function sharded(jobs: readonly Job[], shard: string | undefined): readonly Job[] {
  const [part, parts] = checkShard(shard)
  return jobs.filter((_, k) => k % parts === part - 1)
}

function checkShard(shard = '1/1'): readonly [part: number, parts: number] {
  const match = /^([1-9]\d*)\/([1-9]\d*)$/.exec(shard)
  const [part, parts] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || part > parts)
    throw new Problem('cli/bad-shard', `--shard ${shard}: expected N/M with N from 1 to M`, {
      hint: 'such as --shard 1/3',
    })
  return [part, parts]
}

interface OldResults {
  readonly scenarios: readonly {
    readonly file: string
    readonly name: string
    readonly variant: string
    readonly status: string
    readonly broker: { readonly name: string }
  }[]
}

async function lastFailed(jobs: readonly Job[], output: string): Promise<readonly Job[]> {
  const file = join(output, 'results.json')
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Problem('cli/no-last-run', `--last-failed: ${file} does not exist`, {
      hint: 'run once without it',
      cause,
    })
  })
  const bad = oldScenarios(file, text).filter((s) => !['passed', 'skipped', 'gap'].includes(s.status))
  const several = new Set(jobs.map(({ plan }) => plan.given.broker.name)).size > 1
  return jobs.filter(({ plan: p }) =>
    bad.some(
      (s) =>
        s.file === p.file &&
        s.name === p.name &&
        s.variant === p.variant &&
        (!several || s.broker.name === p.given.broker.name),
    ),
  )
}

function oldScenarios(file: string, text: string): OldResults['scenarios'] {
  try {
    const { schema, scenarios } = JSON.parse(text) as OldResults & { readonly schema?: string }
    if (schema === 'mqtt-hil/results') return scenarios
  } catch {
    // told below
  }
  throw new Problem('cli/no-last-run', `--last-failed: ${file} is not the results of a run`, {
    hint: 'run once without it',
  })
}
