// What may stand where the cursor is. It is asked at each Tab, so what a value needs is loaded when that value is wanted.

import type { Command } from '../index.ts'
import { parserOf } from '../usage.ts'

/** `config`: the file that the line names. */
type Values = (config?: string) => Promise<readonly string[]>

/** The last of the words is the one under the cursor, '' when it has not begun. Empty: nothing of ours, so files. */
export async function complete(words: readonly string[], commands: readonly Command[]): Promise<readonly string[]> {
  const word = words.at(-1) ?? ''
  const named = commands.map((command) => String(command.command).split(' ')[0]!)
  const name = words.slice(0, -1).find((one) => !one.startsWith('-'))
  if (name === undefined) return beginning([...named, '--help', '--version'], word)
  const command = commands[named.indexOf(name)]
  if (command === undefined) return []
  const { flags, choices, takesNoValue } = await parserOf(command)
  if (word.startsWith('-')) return beginning(flags, word)
  const before = words.at(-2) ?? ''
  if (before.startsWith('-') && !takesNoValue(before)) return valuesOf(before, word, choices(before), configIn(words))
  return beginning((await POSITIONAL[name]?.(configIn(words))) ?? [], word)
}

const beginning = (all: readonly string[], word: string): readonly string[] =>
  [...new Set(all)].filter((one) => one.startsWith(word))

function configIn(words: readonly string[]): string | undefined {
  const at = words.indexOf('--config')
  return at < 0 || at + 1 >= words.length - 1 ? undefined : words[at + 1]
}

async function valuesOf(
  flag: string,
  word: string,
  choices: readonly string[],
  config: string | undefined,
): Promise<readonly string[]> {
  if (choices.length > 0) return beginning(choices, word)
  const name = flag.replace(/^-+/, '')
  const all = (await VALUES[name]?.(config)) ?? []
  // What is behind the = of --bind DEVICE=CLIENT, or the last comma of --reporter a,b.
  const [, head = ''] = /^(.*[=,])/.exec(word) ?? []
  if (name === 'bind' && head === '') return []
  return beginning(all, word.slice(head.length)).map((one) => `${head}${one}`)
}

/** Words of the project are read from the text of its config: it is a program, and a Tab must not run it. */
const clientNames: Values = async (config) => {
  const { knownDevices } = await import('../../api/devices.ts')
  const { configWords } = await import('../../api/config-words.ts')
  const { clients, others } = knownDevices()
  const known = [...clients, ...others].map(({ name }) => name)
  return [...known, ...configWords('clients', config), ...configWords('devices', config)]
}

const clientsAndFirmware: Values = async (config) => {
  const { knownDevices } = await import('../../api/devices.ts')
  return [...(await clientNames(config)), ...knownDevices().firmware.map(({ name }) => name)]
}

const brokerNames: Values = async (config) => {
  const { configWords } = await import('../../api/config-words.ts')
  const { brokerKinds } = await import('../../api/brokers.ts')
  const kinds = brokerKinds()
    .map(({ name }) => name)
    .filter((name) => name !== 'external' && name !== 'command')
  return [...kinds, ...configWords('brokers', config), 'all']
}

const VALUES: Readonly<Record<string, Values>> = {
  broker: brokerNames,
  bind: clientNames,
  reporter: async () => (await import('../../api/reporters.ts')).reporterNames(),
}

const POSITIONAL: Readonly<Record<string, Values>> = {
  clients: clientsAndFirmware,
  emulate: clientsAndFirmware,
  explain: async () => Object.keys((await import('../../problems/index.ts')).problems),
  completion: async () => (await import('./command.ts')).SHELLS,
}
