// `hil check`: everything that is wrong with scenarios, without opening anything.

import type { Argv, CommandModule } from 'yargs'
import { type SelectFlags, selecting } from '../selecting.ts'

export interface CheckArguments extends SelectFlags {
  readonly json: boolean
}

export const check: CommandModule<unknown, CheckArguments> = {
  command: 'check [paths..]',
  describe: 'check scenarios; no device or broker is started (harness.config.ts is loaded, so it runs)',
  builder: (argv) =>
    selecting(argv).option('json', {
      type: 'boolean',
      default: false,
      describe: 'what is wrong, and where, as JSON for editors and bots',
    }) as unknown as Argv<CheckArguments>,
  handler: async (args) => {
    const { checkAction } = await import('./action.ts')
    process.exitCode = await checkAction(args)
  },
}
