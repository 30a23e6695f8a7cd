// Any broker that can be started by a command: it is given a port, writes its configuration from a template, and is
// ready when a line of its output says so, or when its port accepts connections. A program that only starts the broker
// elsewhere, as `docker run` does, needs a `kill` of its own: killing the program would leave the broker running.

import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem, seconds } from '../../emulators/index.ts'
import { Child } from '../child/index.ts'
import { BoundedRegExp } from '../outside/index.ts'
import { type BrokerKind, defineBroker, type Environment } from './broker.ts'
import { type BrokerStart, HOST, openChildBroker } from './child-broker.ts'
import { findProgram } from './find-program.ts'
import { durationText } from './values.ts'

const WORDS = ['host', 'port', 'websocket', 'folder', 'config'] as const
type Word = (typeof WORDS)[number]

const template = z.string().superRefine((text, context) => {
  const unknown = [...text.matchAll(PLACEHOLDER)].map((match) => match[1]!).find((w) => !WORDS.includes(w as Word))
  if (unknown !== undefined)
    context.addIssue({ code: 'custom', message: `\${{ ${unknown} }} is not known here; there is ${WORDS.join(', ')}` })
})

const PLACEHOLDER = /\$\{\{\s*([^}]*?)\s*\}\}/g

const expression = z.string().transform((text, context) => {
  try {
    return new BoundedRegExp(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

const options = z.strictObject({
  command: z
    .array(template)
    .min(1)
    .describe('program and arguments, with ${{ port }}, ${{ websocket }}, ${{ config }}, ${{ folder }}, ${{ host }}'),
  config: template
    .optional()
    .describe('the text of its configuration file, whose path is ${{ config }} in the command'),
  env: z.record(z.string(), template).default({}).describe("added to the harness's own environment"),
  ready: expression
    .optional()
    .describe('regular expression of the line that says it is ready; default: its port answers'),
  version: expression.optional().describe('regular expression of a line, whose first group is the version'),
  kill: z.array(template).min(1).optional().describe('what ends it at once, where killing the program would not'),
  websocketPath: z
    .string()
    .startsWith('/')
    .default('/mqtt')
    .describe('of MQTT over WebSocket, when ${{ websocket }} says at which port; default: /mqtt'),
  startLimit: durationText().default(seconds(30)).describe('how long it may take to start; default: 30s'),
  stopLimit: durationText().default(seconds(10)).describe('how long it may take to stop in order; default: 10s'),
  keepaliveSlack: durationText()
    .default(seconds(6))
    .describe('how much later than 1.5 x keep alive it may notice; default: 6s'),
})

type CommandSettings = z.output<typeof options>

export const command: BrokerKind = defineBroker({
  name: 'command',
  summary: 'any broker that a command starts; docs/brokers.md has them for EMQX, NanoMQ, HiveMQ and VerneMQ',
  options,
  keepaliveSlack: (settings) => settings.keepaliveSlack,
  websocket: (settings) => (hasWebSocket(settings) ? {} : null),
  async available({ command: [program] }, env) {
    return (await findProgram(program!, env)) === null ? `${program} is not installed` : null
  },
  async open(settings, env) {
    const [name] = settings.command
    const program = await findProgram(name!, env)
    if (program === null)
      throw new Problem('broker/not-installed', `${name} is not installed`, {
        hint: 'command: names a program on the PATH',
      })
    return openChildBroker({
      name: 'command',
      keepaliveSlack: settings.keepaliveSlack,
      ready: settings.ready,
      version: settings.version,
      portTaken: /address already in use|eaddrinuse|port is already allocated/i,
      startLimit: settings.startLimit,
      stopLimit: settings.stopLimit,
      group: true,
      ...(hasWebSocket(settings) ? { websocket: settings.websocketPath } : {}),
      ...(settings.kill === undefined ? {} : killing(settings.kill, env)),
      prepare: (place) => prepare(settings, program, place, env),
    })
  },
})

/** It is asked for by naming its port. */
const hasWebSocket = ({ command, config = '', env }: CommandSettings): boolean =>
  [...command, config, ...Object.values(env)].some((text) => /\$\{\{\s*websocket\s*\}\}/.test(text))

async function prepare(
  { command: [, ...args], config, env: extra }: CommandSettings,
  program: string,
  place: BrokerStart,
  env: Environment,
) {
  const file = join(place.folder, 'broker.conf')
  if (config !== undefined) await writeFile(file, filled(config, place), { mode: 0o600 })
  const added = Object.entries(extra).map(([name, value]) => [name, filled(value, place)])
  return {
    program,
    args: args.map((arg) => filled(arg, place)),
    cwd: place.folder,
    env: { ...env, ...Object.fromEntries(added) } as NodeJS.ProcessEnv,
  }
}

const killing = ([program, ...args]: readonly string[], env: Environment) => ({
  async kill(place: BrokerStart): Promise<void> {
    const child = await Child.spawn(
      program!,
      args.map((arg) => filled(arg, place)),
      { env: env as NodeJS.ProcessEnv },
    )
    child.stdout.resume()
    child.stderr.resume()
    await child.exit
  },
  killSync(place: BrokerStart): void {
    spawnSync(
      program!,
      args.map((arg) => filled(arg, place)),
      { stdio: 'ignore' },
    )
  },
})

function filled(text: string, { port, web, folder }: BrokerStart): string {
  const values: Readonly<Record<Word, string>> = {
    host: HOST,
    port: String(port),
    websocket: String(web),
    folder,
    config: join(folder, 'broker.conf'),
  }
  return text.replace(PLACEHOLDER, (_, word: Word) => values[word])
}
