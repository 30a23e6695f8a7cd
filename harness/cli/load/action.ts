// What `hil load` does: a run like any other, one scenario at a time, with those who look on.

import { Problem } from '../../../emulators/index.ts'
import {
  checkQueue,
  type FleetOptions,
  type LoadWatcher,
  loadView,
  localFleet,
  METRICS_HOST,
  openFleet,
  QueueShards,
  queueKey,
  serveMetrics,
} from '../../load/index.ts'
import type { FleetOverrides } from '../../plan/index.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { guarded, prepareOutput, renderFailure } from '../../report/index.ts'
import { runSuite, type ScenarioRun } from '../../run/index.ts'
import { parseRate } from '../../scenario/index.ts'
import { type ChosenBroker, durationOf, select, suiteJobOf } from '../../select/index.ts'
import { limitsOf } from '../../session/index.ts'
import { tell } from '../errors.ts'
import { exitCodeOf, worse } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { reportersOf } from '../run/action.ts'
import { printDiagnostics } from '../selection.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { LoadArguments } from './command.ts'

const DEFAULT_REPORTERS = ['json', 'junit', 'html']

export async function loadAction(args: LoadArguments): Promise<ExitCode> {
  const out = terminal()
  const seed = args.seed ?? Math.floor(Math.random() * 2 ** 32)
  const { config, jobs, errors } = await select(args, {
    seed,
    timeout: args.timeout,
    fleet: overridesOf(args),
    onDiagnostic: printDiagnostics(out),
  })
  if (errors > 0) {
    out.printError(`${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was run\n`)
    return EXIT.usage
  }
  const chosen = jobs.filter(({ plan }) => plan.fleet !== null)
  if (chosen.length === 0) {
    out.printError('error cli/nothing-matched\n  none of these scenarios has a fleet\n  hint: hil run runs them\n')
    return EXIT.nothingMatched
  }
  const output = args.output ?? config.output ?? 'results'
  await prepareOutput(output)
  const troubles: unknown[] = []
  const names = (args.reporter ?? config.reporters ?? DEFAULT_REPORTERS).filter((name) => name !== 'list')
  const listeners = reportersOf(names, out).map((reporter) => guarded(reporter, (error) => troubles.push(error)))
  const watchers: LoadWatcher[] = [loadView(out)]
  const listen = args.metrics === undefined ? null : metricsAddress(args.metrics)
  await using metrics = listen === null ? null : await serveMetrics(listen.port, listen.host)
  if (metrics !== null) out.print(`metrics: http://${listen!.host}:${metrics.port}/metrics\n`)
  if (metrics !== null) watchers.push(metrics.watcher)
  const interrupt = interruptible(out)
  const result = await runSuite(
    chosen.map((job) => suiteJobOf({ ...job, broker: quiet(job.broker) })),
    {
      openFleet: openFleet(optionsOf(args, watchers)),
      jobs: 1,
      retries: 0,
      limits: limitsOf(config.limits),
      repeatEach: 1,
      maxFailures: 0,
      seed,
      globalTimeout: 0,
      output,
      signal: interrupt.signal,
    },
    listeners,
  )
  interrupt.done()
  for (const { run } of result.scenarios) out.print(`${verdictLine(run, out)}\n`)
  let code = exitCodeOf(result, { allowInconclusive: false })
  for (const trouble of troubles) code = worse(code, await tell(trouble, out))
  return code
}

function optionsOf(args: LoadArguments, watchers: readonly LoadWatcher[]): FleetOptions {
  const { shards, window, ifaddr } = args
  checkAtLeast('--window', window, 1)
  if (shards !== undefined) checkAtLeast('--shards', shards, 1)
  const { queue, workers = 1, advertise } = args
  checkAtLeast('--workers', workers, 1)
  if (queue !== undefined) {
    checkQueue(queue)
    queueKey()
  }
  const note = (text: string): void => {
    for (const watcher of watchers) watcher.onNote?.(text)
  }
  return localFleet({
    ...(queue === undefined
      ? {}
      : {
          remote: true,
          transport: () => new QueueShards({ url: queue, workers, note }),
          advertise: addressOf(advertise),
        }),
    shards: shards ?? (queue === undefined ? null : workers),
    window,
    addresses: ifaddr?.flatMap((list) => list.split(',')) ?? null,
    watchers,
  })
}

function addressOf(advertise: string | undefined): FleetOptions['advertise'] {
  if (advertise === undefined) return undefined
  const match = /^([^:]+|\[[^\]]+\])(?::(\d+))?$/.exec(advertise)
  if (match === null) throw new Problem('cli/bad-address', `--advertise ${advertise}: expected HOST or HOST:PORT`)
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port: match[2] === undefined ? null : Number(match[2]) }
}

/** A port alone is one of the loopback address, where other machines cannot read it. */
function metricsAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host, digits] = /^(?:([^:]+|\[[^\]]+\]):)?(\d+)$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535)
    throw new Problem('cli/bad-address', `--metrics ${text}: expected PORT or HOST:PORT, with a port from 0 to 65535`, {
      hint: 'such as --metrics 9464, or --metrics 0.0.0.0:9464 for other machines',
    })
  return { host: host?.replace(/^\[|\]$/g, '') ?? METRICS_HOST, port }
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
    throw new Problem('cli/bad-count', `--count ${text}: expected N or GROUP=N`, { hint: 'such as --count 5000' })
  return [match[1] ?? '*', count]
}

function rateOf(text: string): number {
  const parsed = parseRate(text)
  if (parsed.ok && parsed.value > 0) return parsed.value
  throw new Problem('cli/bad-rate', `--rate: ${parsed.ok ? 'the rate must be above 0' : parsed.reason}`, {
    hint: parsed.ok ? 'such as 500/s' : parsed.hint,
  })
}

/** A broker of ours that logs every packet would be the slowest part of a load. */
function quiet(chosen: ChosenBroker): ChosenBroker {
  if (chosen.kind.name !== 'mosquitto' || chosen.options.log !== undefined) return chosen
  return { ...chosen, options: { ...chosen.options, log: 'brief' } }
}

/** How it ended; claims that failed in full, bounds only counted: the table has them. */
function verdictLine(run: ScenarioRun, { color }: Terminal): string {
  const claims = { ...run, verdicts: run.verdicts.filter(({ step }) => !step.startsWith('slo.')) }
  const told = renderFailure(claims, color)
  const missed = run.verdicts.filter(({ kind, step }) => kind === 'fail' && step.startsWith('slo.')).length
  const bounds = missed === 0 ? '' : `, ${missed} ${missed === 1 ? 'bound' : 'bounds'} missed`
  const where = run.artifacts === null || run.load === null ? '' : `; ${run.artifacts}/fleet.json`
  return `${told === '' ? '' : `\n${told}`}  ${run.status}${bounds}${where}`
}
