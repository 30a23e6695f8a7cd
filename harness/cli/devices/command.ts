// `hil devices`: what is plugged in, and which board of the hardware map it is.

import type { Argv, CommandModule } from 'yargs'

export interface DevicesArguments {
  readonly identify: boolean
  readonly map: boolean
  readonly check: boolean
  readonly share?: string | undefined
  readonly port?: readonly string[] | undefined
  readonly json: boolean
}

export const devices: CommandModule<unknown, DevicesArguments> = {
  command: 'devices',
  describe: 'list the boards at serial ports, and keep the hardware map',
  builder: (argv) =>
    argv
      .option('identify', {
        type: 'boolean',
        default: false,
        describe: 'ask each who it is; ends the programs that run on them',
      })
      .option('map', {
        type: 'boolean',
        default: false,
        describe: 'identify, and write what was seen into hardware-map.yaml; your own words in it stay',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'try each board of the hardware map: identity, reset, network; ends what runs on them',
      })
      .option('share', {
        type: 'string',
        requiresArg: true,
        describe: 'offer the ports to other machines at ADDRESS:PORT and the ones after it (RFC 2217), until Ctrl-C',
      })
      .option('port', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'also look at this port, such as a pseudo terminal',
      })
      .option('json', { type: 'boolean', default: false, describe: 'for programs' })
      .example('$0 devices --check', 'before a night of runs')
      .example('$0 devices --map', 'before the first run with boards') as unknown as Argv<DevicesArguments>,
  handler: async (args) => {
    const { devicesAction } = await import('./action.ts')
    process.exitCode = await devicesAction(args)
  },
}
