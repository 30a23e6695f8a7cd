// Any broker that can be started by a command: it is given a port, writes its configuration from a template, and is
// ready when a line of its output says so, or when its port accepts connections. A program that only starts the broker
// elsewhere, as `docker run` does, needs a `kill` of its own: killing the program would leave the broker running.

import { chmod, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { Problem, seconds } from '../../emulators/index.ts'
import { BoundedRegExp } from '../outside/index.ts'
import { testAuthority } from '../tls/index.ts'
import { accessOptions, credentialsOf, tlsOf } from './access-options.ts'
import { type BrokerKind, type BrokerTls, defineBroker, type Environment } from './broker.ts'
import { openChildBroker } from './child-broker.ts'
import { findProgram } from './find-program.ts'
import { type BrokerStart, HOST } from './recipe.ts'
import { durationText } from './values.ts'

/** What can stand in `${{ … }}` in the options of a broker by a command. */
export const WORDS = ['host', 'port', 'websocket', 'folder', 'config', 'cafile', 'certfile', 'keyfile'] as const
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
  directory: z.string().optional().describe('the folder it is started in; default: that of the file that names it'),
  tls: z
    .boolean()
    .default(false)
    .describe(
      'it speaks TLS; without cafile and insecure it gets a test certificate: ${{ certfile }}, ${{ keyfile }}, ${{ cafile }}',
    ),
  ...accessOptions,
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

export const command: BrokerKind<z.input<typeof options>> = defineBroker({
  name: 'command',
  summary: 'any broker that a command starts; docs/brokers.md has them for EMQX, NanoMQ, HiveMQ and VerneMQ',
  options,
  keepaliveSlack: (settings) => settings.keepaliveSlack,
  websocket: (settings) => (hasWebSocket(settings) ? {} : null),
  inspect(settings) {
    if (settings.tls) tlsOf('command', settings, settings.directory)
  },
  async available({ command: [program], directory }, env) {
    return (await findProgram(programAt(program!, directory), env)) === null ? `${program} is not installed` : null
  },
  async open(settings, env) {
    const [name] = settings.command
    const { directory = '.' } = settings
    const program = await findProgram(programAt(name!, directory), env)
    if (program === null)
      throw new Problem('broker/not-installed', `${name} is not installed`, {
        hint: name!.includes('/')
          ? `it is looked for from ${resolve(directory)}, and must be executable`
          : 'command: names a program on the PATH, or by a path such as ./broker.sh',
      })
    const credentials = credentialsOf(settings)
    const tls = settings.tls ? await brokerTls(settings, directory) : undefined
    return openChildBroker({
      name: 'command',
      keepaliveSlack: settings.keepaliveSlack,
      ready: settings.ready,
      version: settings.version,
      portTaken: /address already in use|eaddrinuse|port is already allocated/i,
      startLimit: settings.startLimit,
      stopLimit: settings.stopLimit,
      group: true,
      access: { ...(credentials === undefined ? {} : { credentials }), ...(tls === undefined ? {} : { tls }) },
      deviceCredentials: credentials,
      ...(hasWebSocket(settings) ? { websocket: settings.websocketPath } : {}),
      ...(settings.kill === undefined ? {} : { kill: killing(settings.kill, env, directory) }),
      prepare: (place) => prepare(settings, program, place, env),
    })
  },
})

/** It is asked for by naming its port. */
const hasWebSocket = ({ command, config = '', env }: CommandSettings): boolean =>
  [...command, config, ...Object.values(env)].some((text) => /\$\{\{\s*websocket\s*\}\}/.test(text))

async function prepare(
  { command: [, ...args], config, env: extra, directory, tls }: CommandSettings,
  program: string,
  place: BrokerStart,
  env: Environment,
) {
  const file = join(place.folder, 'broker.conf')
  if (process.getuid?.() === 0) await chmod(place.folder, FOR_ALL)
  if (tls) await writeCertificates(place.folder)
  if (config !== undefined) await writeFile(file, filled(config, place), { mode: 0o600 })
  const added = Object.entries(extra).map(([name, value]) => [name, filled(value, place)])
  return {
    program,
    args: args.map((arg) => filled(arg, place)),
    cwd: directory === undefined ? place.folder : resolve(directory),
    env: { ...env, ...Object.fromEntries(added) } as NodeJS.ProcessEnv,
  }
}

const killing =
  ([program, ...args]: readonly string[], env: Environment, directory: string) =>
  (place: BrokerStart) => ({
    program: program!,
    args: args.map((arg) => filled(arg, place)),
    env: env as NodeJS.ProcessEnv,
    cwd: resolve(directory),
  })

/** Started by root, a broker mostly becomes another user, and must still read and write there. */
const FOR_ALL = 0o1777

const CA_FILE = 'ca.crt'
const CERT_FILE = 'server.crt'
const KEY_FILE = 'server.key'

/** A path such as ./broker.sh begins in the folder of the file that names it. */
const programAt = (program: string, directory = '.'): string =>
  program.includes('/') ? resolve(directory, program) : program

/** The broker's own certificate when the options say by what to check it, else the one that it is given. */
async function brokerTls(settings: CommandSettings, directory: string): Promise<BrokerTls> {
  const own = tlsOf('command', settings, directory)
  return own.ca !== undefined || own.insecure ? own : { ...own, ca: (await testAuthority()).cert }
}

async function writeCertificates(folder: string): Promise<void> {
  const authority = await testAuthority()
  const { cert, key } = await authority.server('valid')
  const files = { [CA_FILE]: authority.cert, [CERT_FILE]: cert, [KEY_FILE]: key }
  const mode = process.getuid?.() === 0 ? 0o644 : 0o600
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode })
}

function filled(text: string, { port, web, folder }: BrokerStart): string {
  const values: Readonly<Record<Word, string>> = {
    host: HOST,
    port: String(port),
    websocket: String(web),
    folder,
    config: join(folder, 'broker.conf'),
    cafile: join(folder, CA_FILE),
    certfile: join(folder, CERT_FILE),
    keyfile: join(folder, KEY_FILE),
  }
  return text.replace(PLACEHOLDER, (_, word: Word) => values[word])
}
