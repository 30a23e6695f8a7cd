// `hil coverage DIR…`: which statements of MQTT the runs tested.

import type { CommandModule } from 'yargs'

export interface CoverageArguments {
  readonly results?: readonly string[] | undefined
  readonly json: boolean
  readonly side?: 'broker' | 'client' | undefined
  readonly mqtt: '3.1.1' | '5'
  readonly require?: string | undefined
}

export const coverage: CommandModule<unknown, CoverageArguments> = {
  command: 'coverage [results..]',
  describe: 'which statements of MQTT were tested, by results of runs',
  builder: (argv) =>
    argv
      .positional('results', {
        type: 'string',
        array: true,
        describe: 'results folders, or results.json files; default: results',
      })
      .option('json', { type: 'boolean', default: false, describe: 'the whole of it as JSON' })
      .option('side', {
        choices: ['broker', 'client'] as const,
        requiresArg: true,
        describe: 'only statements that bind this side, and what was tested of it; default: both',
      })
      .option('mqtt', {
        type: 'string',
        choices: ['3.1.1', '5'] as const,
        default: '3.1.1' as const,
        requiresArg: true,
        describe: 'the version whose statements are meant; scenarios with the tag mqtt5 are of 5',
      })
      .option('require', {
        type: 'string',
        requiresArg: true,
        describe: 'exit with 1 when less is covered, such as 95%',
      }),
  handler: async (args) => {
    const { coverageAction } = await import('./action.ts')
    process.exitCode = await coverageAction(args)
  },
}
