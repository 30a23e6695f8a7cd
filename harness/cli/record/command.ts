// `hil record`: taps devices that somebody else runs, on their way to any broker.

import type { Argv, CommandModule } from 'yargs'
import type { AccessArguments } from '../../api/suite.ts'
import { accessing } from '../access.ts'

export interface RecordArguments extends AccessArguments {
  readonly device?: readonly string[] | undefined
  readonly listen?: string | undefined
  readonly broker?: string | undefined
  readonly port?: readonly string[] | undefined
  readonly tls: boolean
  readonly output?: string | undefined
  readonly for?: string | undefined
  readonly untilIdle?: string | undefined
  readonly quiet: boolean
  readonly json: boolean
  readonly config?: string | undefined
}

export const record: CommandModule<unknown, RecordArguments> = {
  command: 'record',
  describe: 'write down what devices and a broker say to each other',
  builder: (argv) =>
    accessing(argv)
      .option('device', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'NAME, or NAME=[HOST:]PORT: a name for the device, and where it connects; default: device',
      })
      .option('listen', {
        type: 'string',
        requiresArg: true,
        describe: '[HOST:]PORT where the one device connects; 0.0.0.0:1884 for a board; default: any port of 127.0.0.1',
      })
      .option('broker', {
        type: 'string',
        requiresArg: true,
        describe: 'a broker of the config, a kind (aedes, mosquitto …), or mqtt://HOST:PORT',
      })
      .option('port', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe:
          'also record its serial console: a port or a label of the hardware map; NAME=PORT with several devices',
      })
      .option('tls', {
        type: 'boolean',
        default: false,
        describe: 'devices speak TLS to us; ca.crt is what they trust',
      })
      .option('output', {
        type: 'string',
        requiresArg: true,
        describe: 'folder for the recording; default: recordings/ and device and time',
      })
      .option('for', { type: 'string', requiresArg: true, describe: 'end after DURATION, such as 30s; else at Ctrl-C' })
      .option('until-idle', {
        type: 'string',
        requiresArg: true,
        describe: 'end when nothing happens for DURATION, after the first event',
      })
      .option('quiet', { alias: 'q', type: 'boolean', default: false, describe: 'no line for each packet' })
      .option('json', { type: 'boolean', default: false, describe: 'each event as a line of JSON, as in the timeline' })
      .option('config', { type: 'string', requiresArg: true, describe: 'config file; default: harness.config.ts' })
      .example('$0 record --listen 0.0.0.0:1884 --broker mqtt://localhost', 'a board in the same Wi-Fi')
      .example('$0 record --device blue=1884 --device green=1885 --for 30s', '') as unknown as Argv<RecordArguments>,
  handler: async (args) => {
    const { recordAction } = await import('./action.ts')
    process.exitCode = await recordAction(args)
  },
}
