// `hil judge DIR`: judges recorded runs again; nothing is run.

import type { Argv, CommandModule } from 'yargs'

export interface JudgeArguments {
  readonly folder: string
  readonly scenario?: string | undefined
}

export const judge: CommandModule<unknown, JudgeArguments> = {
  command: 'judge <folder>',
  describe: 'judge recorded runs again, from their timelines',
  builder: (argv) =>
    argv
      .positional('folder', {
        type: 'string',
        demandOption: true,
        describe: 'a results folder, or the folder of one run or recording',
      })
      .option('scenario', {
        type: 'string',
        requiresArg: true,
        describe: 'judge by the claims of this file; needed for a recording',
      }) as unknown as Argv<JudgeArguments>,
  handler: async (args) => {
    const { judgeAction } = await import('./action.ts')
    process.exitCode = await judgeAction(args)
  },
}
