// `hil list`: the scenarios that a run with the same arguments would run.

import type { CommandModule } from 'yargs'
import { type SelectFlags, selecting } from '../selecting.ts'

export interface ListArguments extends SelectFlags {
  readonly json: boolean
}

export const list: CommandModule<unknown, ListArguments> = {
  command: 'list [paths..]',
  describe: 'list scenarios (harness.config.ts is loaded, so it runs)',
  builder: (argv) => selecting(argv).option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
  handler: async (args) => {
    const { listAction } = await import('./action.ts')
    process.exitCode = await listAction(args)
  },
}
