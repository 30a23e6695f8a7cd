// What `hil init` wants to know. A question is asked only where nobody has answered it on the command line; a line
// that ends before an answer, as Ctrl-D makes it, is a no to the whole.

import { createInterface } from 'node:readline/promises'
import { simpleBrokers } from '../../api/brokers.ts'
import { CIS, type Ci, INIT_TEMPLATES, type InitArguments, type InitTemplate, type Mqtt } from './arguments.ts'
import { C_PROGRAM } from './programs.ts'

export interface Answers {
  readonly test: InitTemplate
  /** A kind of broker, or a URL. */
  readonly broker: string
  /** What starts the program under test, from the project's folder; only for `device`. */
  readonly command: string
  readonly ci: Ci
  /** What the first scenario speaks. */
  readonly mqtt: Mqtt
}

export const DEFAULT_COMMAND = './firmware'

/** Those that start without being told anything, and are installed here. */
export async function brokersHere(): Promise<string[]> {
  const kinds = simpleBrokers()
  const reasons = await Promise.all(kinds.map((kind) => kind.available()))
  return kinds.filter((_, k) => reasons[k] === null).map((kind) => kind.name)
}

export function answersWithoutAsking(args: InitArguments): Answers {
  const { test = args.command === undefined ? 'hello' : 'device', mqtt = '3.1.1' } = args
  const command = args.command ?? (test === 'c' ? C_PROGRAM : DEFAULT_COMMAND)
  const broker = args.broker ?? (mqtt === '5' ? 'aedes@2' : 'aedes')
  return { test, broker, command, ci: args.ci ?? 'none', mqtt }
}

/** null: the person left. */
export async function ask(
  args: InitArguments,
  streams: Pick<NodeJS.Process, 'stdin' | 'stdout'>,
): Promise<Answers | null> {
  const left = new AbortController()
  const lines = createInterface({ input: streams.stdin, output: streams.stdout })
  lines.on('close', () => left.abort()).on('SIGINT', () => left.abort())
  const one = async (question: string, fallback: string): Promise<string> =>
    (await lines.question(`${question} (${fallback}) `, { signal: left.signal })).trim() || fallback
  const choice = async <T extends string>(question: string, words: readonly T[], fallback: T): Promise<T> => {
    for (;;) {
      const word = await one(`${question} ${words.join(', ')}`, fallback)
      const found = words.filter((known) => known.startsWith(word))
      if (found.length === 1) return found[0]!
      streams.stdout.write(`  ${word}: it is one of ${words.join(', ')}\n`)
    }
  }
  try {
    const chosen = answersWithoutAsking(args)
    const test = args.test ?? (await choice('What do you test? hello is a look around.', INIT_TEMPLATES, chosen.test))
    const command =
      test === 'device'
        ? (args.command ?? (await one('What starts your device program?', chosen.command)))
        : chosen.command
    const here = (await brokersHere()).join(', ')
    const broker = args.broker ?? (await one(`Which broker? ${here}, or mqtt://HOST:PORT`, chosen.broker))
    const ci = args.ci ?? (await choice('A CI file?', CIS, 'github'))
    return { test, broker, command, ci, mqtt: chosen.mqtt }
  } catch (error) {
    if (left.signal.aborted) return null
    throw error
  } finally {
    lines.close()
  }
}
