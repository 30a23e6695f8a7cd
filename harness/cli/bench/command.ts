// `hil bench check`: do boards reach their links.

import type { Argv, CommandModule } from 'yargs'

export interface BenchArguments {
  readonly action: 'check'
  readonly boards?: readonly string[] | undefined
  readonly port?: number | undefined
  readonly json: boolean
}

export const bench: CommandModule<unknown, BenchArguments> = {
  command: 'bench <action> [boards..]',
  describe: 'prove from boards that they reach this computer, or tell what stands between',
  builder: (argv) =>
    argv
      .positional('action', {
        choices: ['check'] as const,
        demandOption: true,
        describe: 'check: connect from each board',
      })
      .positional('boards', {
        type: 'string',
        array: true,
        describe: 'labels of the hardware map, ports, or files of devices with commands:; default: all of the map',
      })
      .option('port', {
        type: 'number',
        requiresArg: true,
        describe: 'listen there, as the link of firmware with a compiled-in broker; default: a free port',
      })
      .option('json', { type: 'boolean', default: false, describe: 'for programs' })
      .example('$0 bench check windowsill --port 1883', '')
      .example(
        '$0 bench check my-modem.yaml',
        'firmware without a REPL: it connects by its own command',
      ) as unknown as Argv<BenchArguments>,
  handler: async (args) => {
    const { benchAction } = await import('./action.ts')
    process.exitCode = await benchAction(args)
  },
}
