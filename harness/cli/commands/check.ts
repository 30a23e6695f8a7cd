// `hil check`: everything that is wrong with scenarios, without opening anything.

import type { CommandModule } from 'yargs'
import { type Selecting, selecting } from './selecting.ts'

export const check: CommandModule<unknown, Selecting> = {
  command: 'check [paths..]',
  describe: 'check scenarios; nothing is opened or run',
  builder: (argv) => selecting(argv),
  handler: async (args) => {
    const { checkAction } = await import('../actions/check.ts')
    process.exitCode = await checkAction(args)
  },
}
