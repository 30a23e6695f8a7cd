// `hil load`: runs the fleet of a scenario, with a live view, and holds its bounds.

import type { Argv, CommandModule } from 'yargs'
import type { AccessArguments } from '../../api/suite.ts'
import { accessing } from '../access.ts'

export interface LoadArguments extends AccessArguments {
  readonly paths?: readonly string[] | undefined
  readonly broker?: readonly string[] | undefined
  readonly clock?: 'real' | 'virtual' | 'auto' | undefined
  readonly count?: readonly string[] | undefined
  readonly rate?: string | undefined
  readonly duration?: string | undefined
  readonly shards?: number | undefined
  readonly window: number
  readonly ifaddr?: readonly string[] | undefined
  readonly metrics?: string | undefined
  readonly queue?: string | undefined
  readonly workers?: number | undefined
  readonly advertise?: string | undefined
  readonly reporter?: readonly string[] | undefined
  readonly output?: string | undefined
  readonly timeout?: string | undefined
  readonly seed?: number | undefined
  readonly var?: readonly string[] | undefined
  readonly config?: string | undefined
}

export const load: CommandModule<unknown, LoadArguments> = {
  command: 'load <paths..>',
  describe: 'run a fleet of emulated devices against a broker',
  builder: (argv) =>
    accessing(argv)
      .positional('paths', { type: 'string', array: true, demandOption: true, describe: 'scenario files with a fleet' })
      .option('broker', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'a broker of the config, aedes, mosquitto, or mqtt://HOST:PORT',
      })
      .option('clock', {
        type: 'string',
        choices: ['real', 'virtual', 'auto'],
        requiresArg: true,
        describe: 'time of the fleet; virtual: as fast as the processor, at an embedded broker; default: real',
      })
      .option('count', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'number of devices: N, or GROUP=N',
      })
      .option('rate', {
        type: 'string',
        requiresArg: true,
        describe: 'they arrive at this rate instead, such as 500/s',
      })
      .option('duration', {
        type: 'string',
        requiresArg: true,
        describe: 'length of the longest delay among the steps',
      })
      .option('shards', { type: 'number', requiresArg: true, describe: 'processes; default: one for each core' })
      .option('window', { type: 'number', default: 64, requiresArg: true, describe: 'connects under way at once' })
      .option('ifaddr', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'local addresses to connect from; default on loopback: as many as needed',
      })
      .option('metrics', {
        type: 'string',
        requiresArg: true,
        describe: 'PORT or HOST:PORT on which Prometheus finds metrics; default host: 127.0.0.1',
      })
      .option('queue', {
        type: 'string',
        requiresArg: true,
        describe: 'redis://HOST:PORT: workers (hil worker) run the shards',
      })
      .option('workers', {
        type: 'number',
        requiresArg: true,
        describe: 'with --queue: how many to wait for, and shards; default: 1',
      })
      .option('advertise', {
        type: 'string',
        requiresArg: true,
        describe: 'with --queue: HOST or HOST:PORT of the broker as workers reach it',
      })
      .option('reporter', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'reporters, several with commas; default: those of the config, or json and junit',
      })
      .option('output', { type: 'string', requiresArg: true, describe: 'folder for results; default: results' })
      .option('timeout', { type: 'string', requiresArg: true, describe: 'for scenarios that set none; default: 60s' })
      .option('seed', { type: 'number', requiresArg: true, describe: 'seed of all random choices' })
      .option('var', { type: 'string', array: true, requiresArg: true, describe: 'NAME=VALUE sets a variable' })
      .option('config', { type: 'string', requiresArg: true, describe: 'config file; default: harness.config.ts' })
      .example('$0 load scenarios/load/storm.scenario.yaml', 'ten thousand devices and a broker that restarts')
      .example(
        '$0 load x.scenario.yaml --count 50000 --broker mqtt://10.0.0.7',
        'somebody else’s broker',
      ) as unknown as Argv<LoadArguments>,
  handler: async (args) => {
    const { loadAction } = await import('./action.ts')
    process.exitCode = await loadAction(args)
  },
}
