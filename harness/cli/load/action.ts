// What `hil load` does: a run like any other, one scenario at a time, with those who look on.

import { Problem } from '../../../emulators/core/problem.ts'
import { type FleetOverrides, type LoadOptions, METRICS_HOST, openLoad, runLoad } from '../../api/load.ts'
import { durationOf, parseRate, showFailure } from '../../api/show.ts'
import type { ScenarioRun } from '../../api/suite.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { addressOf } from '../addresses.ts'
import { tell } from '../errors.ts'
import { exitCodeOf, worse } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { selectionOf } from '../selecting.ts'
import { printDiagnostics } from '../selection.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { LoadArguments } from './command.ts'

const DEFAULT_REPORTERS = ['json', 'junit', 'html']

export async function loadAction(args: LoadArguments): Promise<ExitCode> {
  const out = terminal()
  const { seed, timeout } = args
  const suite = await openLoad({
    ...selectionOf(args),
    ...{ seed, timeout, fleet: overridesOf(args), onDiagnostic: printDiagnostics(out) },
  })
  const { config, errors } = suite.selection
  if (errors > 0) {
    out.printError(`${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was run\n`)
    return EXIT.usage
  }
  if (suite.plans.length === 0) {
    out.printError('error cli/nothing-matched\n  none of these scenarios has a fleet\n  hint: hil run runs them\n')
    return EXIT.nothingMatched
  }
  const troubles: unknown[] = []
  const names = (args.reporter ?? config.reporters ?? DEFAULT_REPORTERS).filter((name) => name !== 'list')
  const how = optionsOf(args)
  const interrupt = interruptible(out)
  const result = await runLoad(suite, {
    ...how,
    output: args.output,
    reporters: { names, terminal: out },
    onTrouble: (error) => troubles.push(error),
    view: out,
    onMetrics: (url) => out.print(`metrics: ${url}\n`),
    signal: interrupt.signal,
  }).finally(interrupt.done)
  for (const { run } of result.scenarios) out.print(`${verdictLine(run, out)}\n`)
  let code = exitCodeOf(result, { allowInconclusive: false })
  for (const trouble of troubles) code = worse(code, await tell(trouble, out))
  return code
}

const METRICS_HINT = 'such as --metrics 9464, or --metrics 0.0.0.0:9464 for other machines'

function optionsOf(args: LoadArguments): LoadOptions {
  const { shards, window, ifaddr, queue, workers = 1 } = args
  checkAtLeast('--window', window, 1)
  if (shards !== undefined) checkAtLeast('--shards', shards, 1)
  checkAtLeast('--workers', workers, 1)
  return {
    ...{ shards, window, metrics: metricsOf(args.metrics) },
    addresses: ifaddr?.flatMap((list) => list.split(',')),
    queue: queue === undefined ? undefined : { url: queue, workers, advertise: advertisedOf(args.advertise) },
  }
}

/** Where workers find the broker; null as a port: where it is for us. */
function advertisedOf(text: string | undefined): { readonly host: string; readonly port: number | null } | undefined {
  if (text === undefined) return undefined
  const { host, port } = addressOf(text, { flag: `--advertise ${text}`, needs: 'host' })
  return { host: host!, port }
}

/** A port alone is one of the loopback address, where other machines cannot read it. */
function metricsOf(text: string | undefined): LoadOptions['metrics'] {
  if (text === undefined) return undefined
  const { host, port } = addressOf(text, { flag: `--metrics ${text}`, needs: 'port', least: 0, hint: METRICS_HINT })
  return { host: host ?? METRICS_HOST, port: port! }
}

function checkAtLeast(flag: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new Problem('cli/bad-number', `${flag}: expected a whole number, at least ${least}`)
}

function overridesOf({ count, rate, duration }: LoadArguments): FleetOverrides | undefined {
  if (count === undefined && rate === undefined && duration === undefined) return undefined
  return {
    ...(count === undefined ? {} : { count: Object.fromEntries(count.map(countOf)) }),
    ...(rate === undefined ? {} : { rate: rateOf(rate) }),
    ...(duration === undefined ? {} : { duration: durationOf(duration, '--duration') }),
  }
}

function countOf(text: string): readonly [string, number] {
  const match = /^(?:([A-Za-z][\w-]*)=)?(\d+)$/.exec(text)
  const count = Number(match?.[2])
  if (match === null || count < 1)
    throw new Problem('cli/bad-count', `--count ${text}: expected N or GROUP=N, with N a whole number, at least 1`, {
      hint: 'such as --count 5000, or --count sensors=5000',
    })
  return [match[1] ?? '*', count]
}

function rateOf(text: string): number {
  const parsed = parseRate(text)
  if (parsed.ok && parsed.value > 0) return parsed.value
  throw new Problem('cli/bad-rate', `--rate: ${parsed.ok ? 'the rate must be above 0' : parsed.reason}`, {
    hint: parsed.ok ? 'such as 500/s' : parsed.hint,
  })
}

/** How it ended; claims that failed in full, bounds only counted: the table has them. */
function verdictLine(run: ScenarioRun, { color }: Terminal): string {
  const claims = { ...run, verdicts: run.verdicts.filter(({ step }) => !step.startsWith('slo.')) }
  const told = showFailure(claims, color)
  const missed = run.verdicts.filter(({ kind, step }) => kind === 'fail' && step.startsWith('slo.')).length
  const bounds = missed === 0 ? '' : `, ${missed} ${missed === 1 ? 'bound' : 'bounds'} missed`
  const where = run.artifacts === null || run.load === null ? '' : `; ${run.artifacts}/fleet.json`
  const why = run.status === 'skipped' && run.plan.skip !== null ? `: ${run.plan.skip}` : ''
  return `${told === '' ? '' : `\n${told}`}  ${run.status}${why}${bounds}${where}`
}
