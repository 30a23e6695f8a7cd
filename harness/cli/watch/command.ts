// `hil watch`: `hil run`, again and again, whenever a file changes.

import type { CommandModule } from 'yargs'
import { type RunArguments, running } from '../run/command.ts'

export const watch: CommandModule<unknown, RunArguments> = {
  command: 'watch [paths..]',
  describe: 'run scenarios again whenever a scenario, fixture, firmware or the config changes',
  builder: running,
  handler: async (args) => {
    const { watchAction } = await import('./action.ts')
    process.exitCode = await watchAction(args)
  },
}
