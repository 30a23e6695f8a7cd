// The command line as a function. Commands say what they take in their own files and import what
// they do only when they do it: `hil --help` must not load a broker, a schema library and a parser.

import { version } from '../config/package.ts'
import { commands } from './index.ts'
import { ABOUT, MORE, overview } from './overview.ts'
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
  if (argv.length === 1 && argv[0] === '--help') return out.print(overview(commands, Math.min(100, out.width)))
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) return out.print(`${version()}\n`)
  const { default: yargs } = await import('yargs')
  const parser = yargs([...argv])
    .scriptName('hil')
    .usage(`$0 COMMAND\n\n${ABOUT}`)
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
    .demandCommand(1, 'A command is needed. `hil run` runs scenarios.')
    .epilogue(MORE)
    .wrap(Math.min(100, out.width))
    .exitProcess(false)
    .fail((message, error) => {
      if (error && error.name !== 'YError') throw error
      throw new UsageError(message ?? error.message)
    })

  for (const command of commands) parser.command(command)
  withoutHelpBeforehand(parser)

  try {
    await parser.parseAsync()
  } catch (error) {
    const problem = error instanceof UsageError ? await usage(error, argv, commands) : error
    const { tell } = await import('./errors.ts')
    process.exitCode = await tell(problem, out)
  }
}

/** Before a command is run yargs lays out its help, in case that somebody asks for it later; nobody does, and it takes 30 ms. */
function withoutHelpBeforehand(parser: object): void {
  const { getInternalMethods } = parser as { getInternalMethods?: () => YargsInternals }
  const usage = getInternalMethods?.call(parser).getUsageInstance?.()
  if (usage?.cacheHelpMessage !== undefined) usage.cacheHelpMessage = () => {}
}

interface YargsInternals {
  getUsageInstance?: () => { cacheHelpMessage?: () => void }
}
