// The command line as a function. Commands say what they take in their own files and import what
// they do only when they do it: `hil --help` must not load a broker, a schema library and a parser.

import yargs from 'yargs'
import { version } from '../config/package.ts'
import { commands } from './index.ts'
import { terminal } from './terminal.ts'
import { lastCounts, UsageError, usage } from './usage.ts'

/** Sets the exit code; what is wrong has been told by then. */
export async function cli(argv: readonly string[]): Promise<void> {
  const out = terminal()
  if (argv[0] === '--complete') {
    const { complete } = await import('./completion/complete.ts')
    for (const word of await complete(argv.slice(1), commands)) out.print(`${word}\n`)
    return
  }
  const parser = yargs([...argv])
    .scriptName('hil')
    .usage(
      '$0 COMMAND\n\nTests MQTT devices and brokers with scenario files: emulated, real or any program as a device.',
    )
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
    .epilogue('`hil explain CODE` tells more of a message, by the code that stands in it.')
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
    const problem = error instanceof UsageError ? await usage(error, argv, commands) : error
    const { tell } = await import('./errors.ts')
    process.exitCode = await tell(problem, out)
  }
}
