#!/usr/bin/env node
// The command line. Commands say what they take here or in their own file and import what they do
// only when they do it: `hil --help` must not load a broker, a schema library and a parser.

import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { commands } from './commands/index.ts'
import { EXIT } from './exit.ts'
import { terminal } from './terminal.ts'
import { tell } from './trouble.ts'
import { version } from './version.ts'

const out = terminal()

const parser = yargs(hideBin(process.argv))
  .scriptName('hil')
  .usage('$0 COMMAND\n\nTests MQTT devices and brokers with scenario files: emulated, real or any program as a device.')
  .version(version())
  .alias('version', 'V')
  // -h is the broker's host, as in mosquitto_pub.
  .help('help')
  .strict()
  .demandCommand(1, 'Which command? `hil run` runs scenarios.')
  .recommendCommands()
  .wrap(Math.min(100, out.width))
  .exitProcess(false)
  .fail((message, error) => {
    if (error) throw error
    throw new UsageError(message)
  })

class UsageError extends Error {}

for (const command of commands) parser.command(command)

try {
  await parser.parseAsync()
} catch (error) {
  if (error instanceof UsageError) {
    out.printError(
      `error cli/usage\n  ${error.message}\n  hint: hil --help, or hil COMMAND --help, shows what there is\n`,
    )
    process.exitCode = EXIT.usage
  } else {
    process.exitCode = await tell(error, out)
  }
}
