// `hil device NAME …`: one board in your hands.

import type { Argv, CommandModule } from 'yargs'

export const DEVICE_ACTIONS = ['repl', 'exec', 'run', 'cp', 'ls', 'rm', 'reset', 'monitor'] as const

export interface DeviceArguments {
  readonly name: string
  readonly action: (typeof DEVICE_ACTIONS)[number]
  readonly operands?: readonly string[] | undefined
}

export const device: CommandModule<unknown, DeviceArguments> = {
  command: 'device <name> <action> [operands..]',
  describe: 'talk to a board: repl, exec CODE, run FILE, cp FROM TO, ls [PATH], rm PATH, reset, monitor',
  builder: (argv) =>
    argv
      .positional('name', { type: 'string', demandOption: true, describe: 'a label of the hardware map, or a port' })
      .positional('action', { type: 'string', demandOption: true, choices: DEVICE_ACTIONS, describe: 'what to do' })
      .positional('operands', { type: 'string', array: true, describe: 'what the action takes' })
      .example('$0 device blue exec "print(1 + 1)"', '')
      .example('$0 device /dev/ttyUSB0 cp main.py :main.py', 'a colon means: on the board')
      .example('$0 device blue repl', 'Ctrl-] leaves it') as unknown as Argv<DeviceArguments>,
  handler: async (args) => {
    const { deviceAction } = await import('./action.ts')
    process.exitCode = await deviceAction(args)
  },
}
