// What `hil run` does.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../../emulators/index.ts'
import type { Plan } from '../../plan/index.ts'
import { type Reporter, type ReporterKind, reporters } from '../../report/index.ts'
import { runSuite } from '../../run/index.ts'
import { didYouMean } from '../../scenario/index.ts'
import { brokerFor, openChosen } from '../brokers.ts'
import type { RunArguments } from '../commands/run.ts'
import { EXIT, type ExitCode, exitCodeOf } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { durationOf, load } from '../load.ts'
import { type Terminal, terminal } from '../terminal.ts'

const DEFAULT_JOBS = 4
const DEFAULT_OUTPUT = 'results'
/** `json` costs nothing, and `--last-failed` reads it. */
const DEFAULT_REPORTERS = ['list', 'json', 'junit']

export async function runAction(args: RunArguments): Promise<ExitCode> {
  const out = terminal()
  checkNumbers(args)
  const seed = args.seed ?? Math.floor(Math.random() * 2 ** 32)
  const { config, plans, errors } = await load(args, { seed, timeout: args.timeout }, out)
  if (errors > 0) {
    out.printError(`${errors} ${errors === 1 ? 'mistake' : 'mistakes'}; nothing was run\n`)
    return EXIT.usage
  }
  const output = args.output ?? config.output ?? DEFAULT_OUTPUT
  const chosen = sharded(args.lastFailed ? await lastFailed(plans, output) : plans, args.shard)
  if (chosen.length === 0) {
    out.printError('no scenario matches\n')
    return args.passWithNoTests ? EXIT.passed : EXIT.nothingMatched
  }
  const listeners = reportersOf(args.reporter ?? config.reporters ?? DEFAULT_REPORTERS, out)
  const interrupt = interruptible(out)
  const result = await runSuite(
    chosen,
    {
      openBroker: (plan) => openChosen(brokerFor(plan.broker, args.broker, config)),
      jobs: args.jobs ?? config.jobs ?? DEFAULT_JOBS,
      retries: args.retries ?? config.retries ?? 0,
      repeatEach: args.repeatEach,
      maxFailures: args.x ? 1 : (args.maxFailures ?? 0),
      seed,
      globalTimeout: args.globalTimeout === undefined ? 0 : durationOf(args.globalTimeout, '--global-timeout'),
      output,
      signal: interrupt.signal,
    },
    listeners,
  )
  interrupt.done()
  return exitCodeOf(result, args)
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

function reportersOf(names: readonly string[], out: Terminal): Reporter[] {
  return names
    .flatMap((name) => name.split(','))
    .map((name) => {
      const kind = (reporters as Readonly<Record<string, ReporterKind>>)[name]
      if (kind === undefined)
        throw new Problem('cli/unknown-reporter', `there is no reporter "${name}"`, {
          hint: didYouMean(name, Object.keys(reporters)) ?? `there is ${Object.keys(reporters).join(', ')}`,
        })
      return kind.create(out)
    })
}

/** `N/M`: every Mth scenario, beginning with the Nth; the parts are disjoint and cover all. */
function sharded(plans: readonly Plan[], shard: string | undefined): readonly Plan[] {
  if (shard === undefined) return plans
  const match = /^([1-9]\d*)\/([1-9]\d*)$/.exec(shard)
  const [part, parts] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || part > parts)
    throw new Problem('cli/bad-shard', `--shard ${shard}: expected N/M with N from 1 to M`, {
      hint: 'such as --shard 1/3',
    })
  return plans.filter((_, k) => k % parts === part - 1)
}

interface OldResults {
  readonly scenarios: readonly {
    readonly file: string
    readonly name: string
    readonly variant: string
    readonly status: string
  }[]
}

async function lastFailed(plans: readonly Plan[], output: string): Promise<readonly Plan[]> {
  const file = join(output, 'results.json')
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Problem('cli/no-last-run', `--last-failed: there is no ${file}`, { hint: 'run once without it', cause })
  })
  const old = JSON.parse(text) as OldResults
  const bad = old.scenarios.filter((s) => s.status !== 'passed' && s.status !== 'skipped')
  return plans.filter((p) => bad.some((s) => s.file === p.file && s.name === p.name && s.variant === p.variant))
}
