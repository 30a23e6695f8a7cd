// `hil emulate`: one emulated device against any broker, by mosquitto_pub's flags.

import type { Argv, CommandModule } from 'yargs'

export interface EmulateArguments {
  readonly what: string
  readonly host: string
  readonly port?: number | undefined
  readonly id?: string | undefined
  readonly topic?: readonly string[] | undefined
  readonly message?: string | undefined
  readonly qos: number
  readonly retain: boolean
  readonly keepalive?: number | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly willTopic?: string | undefined
  readonly willPayload?: string | undefined
  readonly willQos: number
  readonly willRetain: boolean
  readonly disableCleanSession: boolean
  readonly count?: number | undefined
  readonly with?: readonly string[] | undefined
  readonly verbose: boolean
  readonly config?: string | undefined
  readonly pty: boolean
  readonly files?: string | undefined
}

export const emulate: CommandModule<unknown, EmulateArguments> = {
  command: 'emulate <what>',
  describe: 'run one emulated device against any broker',
  builder: (argv) =>
    argv
      .positional('what', {
        type: 'string',
        demandOption: true,
        describe:
          'a client (umqtt.simple, umqtt.simple@1.3 …), a firmware (button-led …), or micropython: a virtual board',
      })
      .option('host', { alias: 'h', type: 'string', default: '127.0.0.1', requiresArg: true, describe: 'broker' })
      .option('port', { alias: 'p', type: 'number', requiresArg: true, describe: 'port; default: 1883' })
      .option('id', { alias: 'i', type: 'string', requiresArg: true, describe: 'client id' })
      .option('topic', {
        alias: 't',
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'topic to publish to, or (without -m) to subscribe to',
      })
      .option('message', { alias: 'm', type: 'string', requiresArg: true, describe: 'publish this, then disconnect' })
      .option('qos', { alias: 'q', type: 'number', default: 0, choices: [0, 1, 2], describe: 'QoS' })
      .option('retain', { alias: 'r', type: 'boolean', default: false, describe: 'retain the message' })
      .option('keepalive', { alias: 'k', type: 'number', requiresArg: true, describe: 'keep alive in seconds' })
      .option('username', { alias: 'u', type: 'string', requiresArg: true, describe: 'user' })
      .option('password', { alias: 'P', type: 'string', requiresArg: true, describe: 'password' })
      .option('disable-clean-session', { alias: 'c', type: 'boolean', default: false, describe: 'keep the session' })
      .option('will-topic', { type: 'string', requiresArg: true, describe: 'topic of the will' })
      .option('will-payload', { type: 'string', requiresArg: true, describe: 'payload of the will' })
      .option('will-qos', { type: 'number', default: 0, choices: [0, 1, 2], describe: 'QoS of the will' })
      .option('will-retain', { type: 'boolean', default: false, describe: 'retain the will' })
      .option('count', {
        alias: 'C',
        type: 'number',
        requiresArg: true,
        describe: 'end after N received messages',
      })
      .option('with', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'NAME=VALUE: an option of the client or firmware',
      })
      .option('pty', {
        type: 'boolean',
        default: false,
        describe: 'for micropython: its console on a pseudo terminal, for mpremote, Thonny or screen',
      })
      .option('files', { type: 'string', requiresArg: true, describe: 'for micropython: a folder with its flash' })
      .option('verbose', { alias: 'v', type: 'boolean', default: false, describe: 'show every packet on the wire' })
      .option('config', { type: 'string', requiresArg: true, describe: 'config file; default: harness.config.ts' })
      .example('$0 emulate umqtt.simple -t a/b -m hi -q 1', 'publish as a board with umqtt.simple would')
      .example('$0 emulate button-led --with name=blue --with peer=green', 'one of the two boards of the tutorial')
      .example(
        '$0 emulate micropython --pty --files my-board/',
        'a virtual board, as if plugged in',
      ) as unknown as Argv<EmulateArguments>,
  handler: async (args) => {
    const { emulateAction } = await import('./action.ts')
    process.exitCode = await emulateAction(args)
  },
}
