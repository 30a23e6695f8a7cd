// `hil init`: a first project in the current folder, by answers or, with --yes, without a question.

import type { CommandModule } from 'yargs'
import { CIS, INIT_TEMPLATES, type InitArguments, MQTTS } from './arguments.ts'

export const init: CommandModule<unknown, InitArguments> = {
  command: 'init [file]',
  describe: 'a first project in this folder: config, a scenario that passes, a CI file',
  builder: (argv) =>
    argv
      .positional('file', {
        type: 'string',
        describe: 'with --from: the scenario file to write; - prints it; default: scenarios/DEVICE.scenario.yaml',
      })
      .option('from', {
        type: 'string',
        requiresArg: true,
        describe: 'a recording: drafts a scenario from what was seen, and nothing else',
      })
      .option('yes', {
        alias: 'y',
        type: 'boolean',
        default: false,
        describe: 'do not prompt; use defaults for what is not given',
      })
      .option('test', {
        choices: INIT_TEMPLATES,
        requiresArg: true,
        describe:
          'what is to be tested: hello needs nothing, broker is yours, device is your program; micropython and c bring a program to begin with',
      })
      .option('broker', { type: 'string', requiresArg: true, describe: 'aedes, mosquitto … or mqtt://HOST:PORT' })
      .option('command', {
        type: 'string',
        requiresArg: true,
        describe: 'what starts your device program, from this folder',
      })
      .option('mqtt', {
        type: 'string',
        choices: MQTTS,
        requiresArg: true,
        describe: 'with 5 the first scenario speaks MQTT 5; default: 3.1.1',
      })
      .option('ci', { choices: CIS, requiresArg: true, describe: 'a CI file: github (Actions), or none' })
      .option('json', { type: 'boolean', default: false, describe: 'what was written, as JSON' })
      .example('$0 init', 'asks')
      .example('$0 init --from recordings/blue', 'a scenario that claims what was recorded')
      .example('$0 init --yes --test device --command "python3 firmware/main.py"', ''),
  handler: async (args) => {
    if (args.from !== undefined || args.file !== undefined) {
      const { draftAction } = await import('./draft.ts')
      process.exitCode = await draftAction(args)
      return
    }
    const { initAction } = await import('./action.ts')
    process.exitCode = await initAction(args)
  },
}
