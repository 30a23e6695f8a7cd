// What is wrong with a command line, in better words than the parser's: which command or flag may
// have been meant. Loaded with the program, so what it needs to guess is imported when it guesses.

import { Problem } from '../../emulators/core/problem.ts'
import type { Command } from './index.ts'

/** What the parser of the command line complains about. */
export class UsageError extends Error {}

const MESSAGES: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/^Not enough arguments following: (\S+)/, ([, flag]) => `${dashed(flag!)} needs a value`],
  [
    /^Invalid values:\n\s*Argument: (\S+), Given: "?([^"]*?)"?, Choices: (.*)$/s,
    ([, name, given, choices]) => `${dashed(name!)} ${given}: it is one of ${choices!.replaceAll('"', '')}`,
  ],
]

export async function usage(
  error: UsageError,
  argv: readonly string[],
  commands: readonly Command[],
): Promise<Problem> {
  const names = commands.map((command) => String(command.command).split(' ')[0]!)
  const given = names.find((name) => argv.includes(name))
  const help = given === undefined ? 'hil --help shows what there is' : `hil ${given} --help shows what it takes`
  const command = commands[names.indexOf(given ?? '')]
  if (command !== undefined && /^Not enough non-option arguments/.test(error.message))
    return new Problem('cli/usage', `something is missing: hil ${command.command}`, { hint: help })
  const [, found] = /^Unknown arguments?: (.*)$/.exec(error.message) ?? []
  const unknown = found ?? (given === undefined && argv[0]?.startsWith('-') ? plain(argv[0]) : undefined)
  if (unknown === undefined) {
    for (const [pattern, words] of MESSAGES) {
      const found = pattern.exec(error.message)
      if (found === null) continue
      // The parser names a place in the line as it names a flag.
      const isPlace = new RegExp(`[<[]${found[1]}\\b`).test(String(command?.command ?? ''))
      const text = isPlace ? words(found).replace(/^--\S+ /, '') : words(found)
      return new Problem('cli/usage', text, { hint: help })
    }
    return new Problem('cli/usage', error.message, { hint: help })
  }
  const { didYouMean } = await import('../scenario/suggest.ts')
  // The parser names a flag by each of its spellings: no-such-flag, noSuchFlag.
  const first = unknown.split(', ')[0]!
  const flag = argv.find((word) => plain(word) === first || plain(word) === `no-${first}`)
  if (flag?.startsWith('-')) {
    const flags = given === undefined ? ['--help', '--version'] : await flagsOf(command!)
    const written = flag.split('=')[0]!
    return new Problem('cli/unknown-flag', `${given === undefined ? 'hil' : `hil ${given}`} has no ${written}`, {
      hint: didYouMean(written, flags) ?? help,
    })
  }
  if (given === undefined)
    return new Problem('cli/unknown-command', `unknown command "${first}"`, {
      hint: didYouMean(first, names) ?? `there is ${names.join(', ')}`,
    })
  return new Problem('cli/usage', `hil ${given} takes no argument "${first}"`, { hint: help })
}

const flagsOf = async (command: Command): Promise<readonly string[]> => (await parserOf(command)).flags

export interface CommandFlags {
  /** As they are written. */
  readonly flags: readonly string[]
  /** Of a flag, as it is written; empty: anything. */
  choices(flag: string): readonly string[]
  takesNoValue(flag: string): boolean
}

/** A parser is asked, because a command says its flags only to one. */
export async function parserOf(command: Command): Promise<CommandFlags> {
  const { default: yargs } = await import('yargs')
  const probe = yargs([])
  if (typeof command.builder === 'function') await command.builder(probe)
  const known = (
    probe as unknown as {
      getOptions(): {
        key: Record<string, unknown>
        boolean: readonly string[]
        choices: Readonly<Record<string, readonly string[]>>
      }
    }
  ).getOptions()
  const names = Object.keys(known.key).filter((name) => name.length > 1 && !/[A-Z]/.test(name))
  return {
    flags: ['--help', ...names.map(dashed)],
    choices: (flag) => known.choices[plain(flag)] ?? [],
    takesNoValue: (flag) => ['help', ...known.boolean].includes(plain(flag)),
  }
}

const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`)

/** `--no-such=1` without what is not its name. */
const plain = (word: string): string => word.replace(/^-+/, '').split('=')[0]!

/** Of a flag that is given twice the last one counts, unless it takes several. */
export function lastCounts(args: Record<string, unknown>, parser?: unknown): void {
  const { array } = (parser as { getOptions(): { array: readonly string[] } }).getOptions()
  for (const [name, value] of Object.entries(args))
    if (Array.isArray(value) && name !== '_' && !array.includes(name)) args[name] = value.at(-1)
}
