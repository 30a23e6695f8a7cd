// `hil replay RECORDING`: the devices of a recording again, against any broker, and whether they sent the same.

import type { Argv, CommandModule } from 'yargs'
import type { AccessArguments } from '../../api/suite.ts'
import { accessing } from '../access.ts'

export interface ReplayArguments extends AccessArguments {
  readonly recording: string
  readonly device?: readonly string[] | undefined
  readonly broker?: string | undefined
  readonly speed: string
  readonly output: string
  readonly config?: string | undefined
}

export const replay: CommandModule<unknown, ReplayArguments> = {
  command: 'replay <recording>',
  describe: 'play the devices of a recording again, and compare what they send',
  builder: (argv) =>
    accessing(argv)
      .positional('recording', {
        type: 'string',
        demandOption: true,
        describe: 'a folder that hil record wrote, or the folder of a run',
      })
      .option('device', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'only this device of the recording; default: all',
      })
      .option('broker', {
        type: 'string',
        requiresArg: true,
        describe: 'a broker of the config, a kind (aedes, mosquitto …), or mqtt://HOST:PORT',
      })
      .option('speed', {
        type: 'string',
        default: '1',
        requiresArg: true,
        describe: '2 is twice as fast as recorded; max: as fast as the answers come',
      })
      .option('output', {
        type: 'string',
        default: 'results/replay',
        requiresArg: true,
        describe: 'folder for results',
      })
      .option('config', { type: 'string', requiresArg: true, describe: 'config file; default: harness.config.ts' })
      .example('$0 replay recordings/blue --broker mosquitto --speed max', '') as unknown as Argv<ReplayArguments>,
  handler: async (args) => {
    const { replayAction } = await import('./action.ts')
    process.exitCode = await replayAction(args)
  },
}
