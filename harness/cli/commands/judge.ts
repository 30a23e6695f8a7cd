// `hil judge DIR`: judges recorded runs again; nothing is run.

import type { CommandModule } from 'yargs'

export interface JudgeArguments {
  readonly folder: string
}

export const judge: CommandModule<unknown, JudgeArguments> = {
  command: 'judge <folder>',
  describe: 'judge recorded runs again, from their timelines',
  builder: (argv) =>
    argv.positional('folder', {
      type: 'string',
      demandOption: true,
      describe: 'a results folder, or the folder of one run in it',
    }),
  handler: async (args) => {
    const { judgeAction } = await import('../actions/judge.ts')
    process.exitCode = await judgeAction(args)
  },
}
