#!/usr/bin/env node
// The command line. Commands say what they take here or in their own file and import what they do
// only when they do it: `hil --help` must not load a broker, a schema library and a parser.

import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { commands } from './commands/index.ts'
import { terminal, withoutReader } from './terminal.ts'
import { tell } from './trouble.ts'
import { lastCounts, UsageError, usage } from './usage.ts'
import { version } from './version.ts'

withoutReader()
const out = terminal()

const parser = yargs(hideBin(process.argv))
  .scriptName('hil')
  .usage('$0 COMMAND\n\nTests MQTT devices and brokers with scenario files: emulated, real or any program as a device.')
  // Its own words in the language of the environment would stand beside ours.
  .locale('en')
  // `--tag will scenarios` is one tag and one folder.
  .parserConfiguration({ 'greedy-arrays': false })
  .middleware(lastCounts, true)
  .version(version())
  .alias('version', 'V')
  // -h is the broker's host, as in mosquitto_pub.
  .help('help')
  .strict()
  .demandCommand(1, 'Which command? `hil run` runs scenarios.')
  .wrap(Math.min(100, out.width))
  .exitProcess(false)
  .fail((message, error) => {
    if (error && error.name !== 'YError') throw error
    throw new UsageError(message ?? error.message)
  })

for (const command of commands) parser.command(command)

try {
  await parser.parseAsync()
} catch (error) {
  const problem = error instanceof UsageError ? await usage(error, process.argv.slice(2), commands) : error
  process.exitCode = await tell(problem, out)
}
