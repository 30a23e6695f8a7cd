// `hil run`: flags as Playwright has them.

import type { Argv, CommandModule } from 'yargs'
import { REPORTER_NAMES } from '../../report/reporter-names.ts'
import { type SelectFlags, selecting } from '../selecting.ts'

export interface RunArguments extends SelectFlags {
  readonly jobs?: number | undefined
  readonly x?: boolean | undefined
  readonly maxFailures?: number | undefined
  readonly retries?: number | undefined
  readonly repeatEach: number
  readonly seedEach?: boolean | undefined
  readonly shard?: string | undefined
  readonly lastFailed?: boolean | undefined
  readonly reporter?: readonly string[] | undefined
  readonly output?: string | undefined
  readonly timeout?: string | undefined
  readonly globalTimeout?: string | undefined
  readonly seed?: number | undefined
  readonly allowInconclusive: boolean
  readonly passWithNoTests: boolean
  readonly requireHardware: boolean
  readonly waitForBoard?: string | undefined
  readonly withQuarantined?: boolean | undefined
  readonly compare?: readonly string[] | undefined
}

export const run: CommandModule<unknown, RunArguments> = {
  command: 'run [paths..]',
  describe: 'run scenarios',
  builder: (argv) =>
    running(argv)
      .option('compare', {
        type: 'string',
        array: true,
        describe:
          'run each scenario twice, with --bind and as written (or with these DEVICE=… bindings), or on two brokers, and show the differences',
      })
      .example('$0 run', 'all scenarios, on the embedded broker')
      .example('$0 run scenarios/01-hello.scenario.yaml --broker mosquitto', '')
      .example('$0 run --tag will --repeat-each 20', '')
      .example(
        '$0 run scenarios/07* --bind blue=virtual --compare',
        'shows whether the emulated client sends what the real one does',
      )
      .example('$0 run --broker aedes --broker aedes@2 --compare', 'rehearses the upgrade of a broker'),
  handler: async (args) => {
    const { runAction } = await import('./action.ts')
    process.exitCode = await runAction(args)
  },
}

/** The options of `run`, which `watch` has as well. */
export const running = (argv: Argv): Argv<RunArguments> =>
  selecting(argv)
    .option('jobs', {
      alias: 'j',
      type: 'number',
      requiresArg: true,
      describe: 'maximum of parallel scenarios; default: 4 to 24, adapted to the load of this machine',
    })
    .option('clock', {
      type: 'string',
      choices: ['real', 'virtual', 'auto'],
      requiresArg: true,
      describe: 'time of the scenarios; virtual: as fast as the processor, auto: where it can be; default: real',
    })
    .option('x', { type: 'boolean', describe: 'stop after the first failure' })
    .option('max-failures', { type: 'number', requiresArg: true, describe: 'stop after N failures' })
    .option('retries', { type: 'number', requiresArg: true, describe: 'retry a failed scenario up to N times' })
    .option('repeat-each', {
      type: 'number',
      default: 1,
      requiresArg: true,
      describe: 'run each scenario N times',
    })
    .option('seed-each', {
      type: 'boolean',
      describe: 'another seed for each repetition in virtual time; in real time that is always so',
    })
    .option('shard', { type: 'string', requiresArg: true, describe: 'N/M: the Nth of M parts' })
    .option('last-failed', { type: 'boolean', describe: 'only scenarios that failed in the last run (results.json)' })
    .option('reporter', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: `${REPORTER_NAMES.join(', ')}; several with commas`,
    })
    .option('output', { type: 'string', requiresArg: true, describe: 'folder for results; default: results' })
    .option('timeout', { type: 'string', requiresArg: true, describe: 'for scenarios that set none; default: 60s' })
    .option('global-timeout', { type: 'string', requiresArg: true, describe: 'for the whole run' })
    .option('seed', { type: 'number', requiresArg: true, describe: 'seed of all random choices' })
    .option('allow-inconclusive', {
      type: 'boolean',
      default: false,
      describe: 'inconclusive verdicts do not fail the run',
    })
    .option('require-hardware', {
      type: 'boolean',
      default: false,
      describe: 'a scenario that a board cannot play is a failure, not skipped',
    })
    .option('wait-for-board', {
      type: 'string',
      requiresArg: true,
      describe: 'how long a scenario waits for a real board that is in use; default: 5m',
    })
    .option('with-quarantined', {
      type: 'boolean',
      describe: 'boards with quarantine: in the hardware map are used like others',
    })
    .option('pass-with-no-tests', {
      type: 'boolean',
      default: false,
      describe: 'exit with 0 when nothing matches',
    }) as unknown as Argv<RunArguments>
