// `hil lock BOARD` and `hil unlock BOARD`: a person keeps a board for a while.

import type { Argv, CommandModule } from 'yargs'

export interface LockArguments {
  readonly board: string
  readonly for: string
  readonly note?: string | undefined
}

export interface UnlockArguments {
  readonly board: string
}

const board = { type: 'string', demandOption: true, describe: 'a label of the hardware map, or a port' } as const

export const lock: CommandModule<unknown, LockArguments> = {
  command: 'lock <board>',
  describe: 'keep a board for yourself: runs wait until you unlock it',
  builder: (argv) =>
    argv
      .positional('board', board)
      .option('for', { type: 'string', default: '1h', requiresArg: true, describe: 'for how long' })
      .option('note', { type: 'string', requiresArg: true, describe: 'what for; others see it' })
      .example('$0 lock windowsill --for 2h --note "soldering"', '') as unknown as Argv<LockArguments>,
  handler: async (args) => {
    const { lockAction } = await import('./action.ts')
    process.exitCode = await lockAction(args)
  },
}

export const unlock: CommandModule<unknown, UnlockArguments> = {
  command: 'unlock <board>',
  describe: 'release a board that was kept by hil lock',
  builder: (argv) => argv.positional('board', board) as unknown as Argv<UnlockArguments>,
  handler: async (args) => {
    const { unlockAction } = await import('./action.ts')
    process.exitCode = await unlockAction(args)
  },
}
