// `commands:` of a device whose firmware is told by lines of text what to do: for each client call the line to type
// and the line that answers it. What a line leaves out the firmware cannot be told: a scenario that needs it is skipped.

import type { PyValue } from '../../../emulators/index.ts'
import { entryOf, readRegex } from '../../scenario/index.ts'
import type { DeviceWords, WillSettings } from '../keys.ts'
import { type DeviceOption, optionsOf } from '../options.ts'
import type { Written } from '../written.ts'
import { COMMANDS, type CommandWords, exchangesOf, typedBy } from './commands-shape.ts'

/** What `with:` may say of such a device, as far as its connect command has a place for it. */
export const COMMAND_OPTIONS: readonly DeviceOption[] = [
  { name: 'keepalive', means: 'keep alive', type: 'seconds', default: 0, summary: 'keep alive, with commands:' },
  { name: 'username', means: 'user name', type: 'str', default: null, summary: 'user name, with commands:' },
  { name: 'password', means: 'password', type: 'str', default: null, summary: 'password, with commands:' },
]

export interface Commands {
  readonly words: CommandWords
  readonly verbs: ReadonlySet<string>
  /** By the names of COMMAND_OPTIONS; undefined: not set. */
  readonly options: Readonly<Record<string, PyValue>>
  readonly will: WillSettings | null
  /** What `protocol:` says; null: nothing. */
  readonly level: number | null
}

/** null: it has none. What is wrong is added to the diagnostics; what it cannot be told makes it unfit. */
export function commandsOf(written: Written, will: WillSettings | null): Commands | null {
  const { words, node, diagnostics } = written
  if (words.commands === undefined) return null
  const at = entryOf(node, 'commands')!
  const { connect } = words.commands
  const options = optionsOf(written, 'a device with commands', COMMAND_OPTIONS)
  for (const [verb, said] of Object.entries(words.commands)) {
    const regexes = typeof said === 'string' ? [said] : exchangesOf(said).flatMap(({ until, fails }) => [until, fails])
    for (const regex of regexes) {
      const read = regex === undefined ? undefined : readRegex(regex)
      if (read !== undefined && 'wrong' in read)
        diagnostics.add({
          code: 'scenario/regex',
          message: `${verb}: ${regex} is not a regular expression`,
          at: at.keyPlace,
        })
    }
  }
  for (const name of [...Object.keys(options), ...(will === null ? [] : ['will'])])
    if (
      connect !== undefined &&
      !typedBy(connect).includes(`{${name}`) &&
      !written.unfit(`${written.use}, whose connect command has no place for ${name}`)
    )
      diagnostics.add({
        code: 'scenario/no-place-for',
        message: `the connect command has no place for ${name}`,
        at: at.keyPlace,
        hint: `write {${name === 'will' ? 'will.topic' : name}} into it, or leave ${name} to the firmware`,
      })
  const verbs = new Set(Object.keys(words.commands).filter((verb) => (COMMANDS as readonly string[]).includes(verb)))
  const { protocol } = words
  return { words: words.commands, verbs, options, will, level: protocol ?? null }
}

/** Whether a word of MQTT 5 of this verb has a place in its command: `{properties:json}`, `{properties.topicAlias}`. */
export function tellsByCommand(commands: Commands | null, verb: string, word: string): boolean {
  const command = commands?.words[verb as keyof CommandWords]
  if (typeof command !== 'object') return false
  const [first] = word.split('.')
  return [word, first!].some((name) => typedBy(command).includes(`{${name}}`) || typedBy(command).includes(`{${name}:`))
}

/** What a program decides by itself unless it is told by commands. */
export function refuseSettings({ node, diagnostics }: Written, words: DeviceWords, noun: string, hint: string): void {
  for (const key of ['with', 'will'] as const)
    if (words.commands === undefined && words[key] !== undefined)
      diagnostics.add({
        code: 'scenario/key-of-another-kind',
        message: `${noun} has no ${key}`,
        at: entryOf(node, key)!.keyPlace,
        hint,
      })
}
