// `hil report DIR`: report.html made again from the results of a run.

import type { CommandModule } from 'yargs'

export interface ReportArguments {
  readonly folder: string
  readonly open: boolean
}

export const report: CommandModule<unknown, ReportArguments> = {
  command: 'report [folder]',
  describe: 'make report.html again, from the results of a run',
  builder: (argv) =>
    argv
      .positional('folder', { type: 'string', default: 'results', describe: 'the output folder of a run' })
      .option('open', { type: 'boolean', default: false, describe: 'and show it in the browser' }),
  handler: async (args) => {
    const { reportAction } = await import('./action.ts')
    process.exitCode = await reportAction(args)
  },
}
