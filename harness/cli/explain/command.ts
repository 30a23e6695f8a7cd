// `hil explain`: what the code of a message means, and what to do.

import type { CommandModule } from 'yargs'

export interface ExplainArguments {
  readonly code?: string | undefined
  readonly json: boolean
}

export const explain: CommandModule<unknown, ExplainArguments> = {
  command: 'explain [code]',
  describe: 'what a message means, by its code',
  builder: (argv) =>
    argv
      .positional('code', {
        type: 'string',
        describe: 'such as claim/failed, or an area: scenario; default: all of them',
      })
      .option('json', { type: 'boolean', default: false, describe: 'as JSON' })
      .example('$0 explain claim/inconclusive', ''),
  handler: async (args) => {
    const { explainAction } = await import('./action.ts')
    process.exitCode = await explainAction(args)
  },
}
