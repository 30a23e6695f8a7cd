// What `hil emulate` does: one board against a broker that is already there. With --verbose it
// goes through a link of its own, so that every packet can be shown.

import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import {
  type ClientKind,
  clientAt,
  clients,
  type FirmwareKind,
  firmware,
  type LibraryCall,
  milliseconds,
  type OptionSpec,
  Problem,
  type PyValue,
  type RunningBoard,
  realClock,
  seeded,
  startBoard,
  tcpNetwork,
  versionNamed,
} from '../../../emulators/index.ts'
import { knownVersions } from '../../devices/index.ts'
import { Timeline } from '../../evidence/index.ts'
import { describe } from '../../expect/index.ts'
import { type Link, openLink } from '../../link/index.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { describeErrno } from '../../report/index.ts'
import { didYouMean } from '../../scenario/index.ts'
import { interruptible } from '../interrupt.ts'
import { onOutputGone, terminal } from '../terminal.ts'
import type { EmulateArguments } from './command.ts'

/** The client that the built-in programs were written for. */
const CLIENT_OF: Readonly<Record<string, string>> = {
  'room-light': 'umqttsimple',
  'feed-walkthrough': 'minimqtt',
  'quec-reconnect': 'quecpython',
  'robust-resubscribe': 'umqtt.robust',
  'pubsubclient-reconnect': 'pubsubclient',
  'pubsubclient-nonblocking': 'pubsubclient',
  tasmota: 'pubsubclient',
}
const POLL = milliseconds(100)
const DEFAULT_PORT = 1883

export async function emulateAction(args: EmulateArguments): Promise<ExitCode> {
  const out = terminal()
  if (args.what === 'micropython') {
    const { emulateBoard } = await import('./board.ts')
    return emulateBoard(args, out)
  }
  checkNumbers(args)
  const { client, program, isPuppet } = chosen(args.what)
  if (!isPuppet) checkUnused(args)
  const specs = isPuppet ? client.options : program.options
  const options = { ...optionsOf(args.with ?? [], specs), ...(isPuppet ? flags(args, client) : {}) }
  const clock = realClock()
  const timeline = new Timeline(clock)
  if (args.verbose) timeline.subscribe((event) => out.print(`${describe(event)}\n`))
  const upstream = { host: args.host, port: args.port ?? DEFAULT_PORT }
  /** Nothing accepted a connection: the trouble is not the device's. */
  let refused = false
  timeline.subscribe((event) => {
    if (event.kind === 'socket' && event.change === 'refused') refused = true
  })
  const unreachable = async (): Promise<ExitCode> => {
    const isKnown = await lookup(upstream.host).then(
      () => true,
      () => false,
    )
    if (!isKnown) out.printError(`hint: no machine of the name ${upstream.host} is known here; -h says which\n`)
    else out.printError(`hint: check that a broker listens at ${upstream.host}:${upstream.port}; -h and -p say where\n`)
    return EXIT.environment
  }
  const link: Link | null = args.verbose
    ? await openLink({ device: args.what, upstream: () => upstream, recorder: timeline })
    : null
  const interrupt = interruptible(out)
  let board: RunningBoard | null = null
  let off = (): void => {}
  try {
    return await new Promise<ExitCode>((resolve, reject) => {
      interrupt.signal.addEventListener('abort', () => resolve(EXIT.interrupted))
      const script = isPuppet ? new Script(args, client) : null
      let received = 0
      let ready = false
      off = onOutputGone(() => resolve(EXIT.passed))
      board = startBoard(
        program.program({
          client,
          server: link?.host ?? upstream.host,
          port: link?.port ?? upstream.port,
          name: args.id ?? `hil-${Math.random().toString(36).slice(2, 8)}`,
          options,
          ...(args.willTopic === undefined ? {} : { will: willOf(args) }),
          poll: POLL,
        }),
        {
          network: tcpNetwork,
          clock,
          random: seeded(Date.now()),
          onPrint(line) {
            out.print(`${line}\n`)
            if (line.startsWith('message ') && ++received === args.count) resolve(EXIT.passed)
          },
          onPin: (pin, value) => out.print(`pin ${pin} = ${value}\n`),
          onOutcome(_id, outcome) {
            if (outcome.kind === 'raised') {
              out.printError(`${outcome.error.message}\n`)
              return refused ? void unreachable().then(resolve, reject) : resolve(EXIT.environment)
            }
            const next = script?.next()
            if (next !== undefined) board?.instruct({ id: 'next', ...next })
            else if (script?.ends) resolve(EXIT.passed)
            else if (!ready) {
              ready = true
              out.printError(`${told(args, upstream)}; Ctrl-C ends it\n`)
            }
          },
          onEnd: (ending) => {
            if (ending.kind === 'raised' && refused) void unreachable().then(resolve, reject)
            else resolve(ending.kind === 'raised' ? EXIT.failed : EXIT.passed)
          },
          onReset: () => out.print('machine.reset()\n'),
          onSocket: (change) => {
            if (change === 'refused') refused = true
            if (change !== 'connecting') out.printError(`socket ${change}\n`)
          },
          onBug: reject,
        },
      )
      const first = script?.next()
      if (first !== undefined) board.instruct({ id: 'first', ...first })
    })
  } finally {
    off()
    ;(board as RunningBoard | null)?.stop('close')
    await link?.[Symbol.asyncDispose]()
    interrupt.done()
  }
}

/** What the puppet is told: connect, then publish and disconnect, or subscribe and stay. */
class Script {
  /** Nothing is left to wait for once the last call has returned. */
  readonly ends: boolean
  readonly #calls: LibraryCall[]

  constructor(args: EmulateArguments, { name, verbs }: ClientKind) {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
    const { message, qos, retain } = args
    const topics = (args.topic ?? []).map(bytes)
    if (message !== undefined && topics.length === 0)
      throw new Problem('cli/no-topic', 'a message needs a topic', { hint: '-t TOPIC' })
    this.ends = message !== undefined
    const said =
      message === undefined
        ? topics.map((topic) => verbs.subscribe({ topic, qos }))
        : [...topics.map((topic) => verbs.publish({ topic, payload: bytes(message), qos, retain })), verbs.disconnect()]
    const calls = [verbs.connect(args.disableCleanSession ? { clean: false } : {}), ...said]
    this.#calls = calls.map((call) => {
      if (call === null) throw new Problem('cli/client-cannot', `${name} cannot do that`)
      return call
    })
  }

  next(): LibraryCall | undefined {
    return this.#calls.shift()
  }
}

interface Chosen {
  readonly client: ClientKind
  readonly program: FirmwareKind
  readonly isPuppet: boolean
}

/** CLIENT or FIRMWARE, or either @VERSION: of the client, of the one that the firmware was written for. */
function chosen(given: string): Chosen {
  const [what = '', version, ...rest] = given.split('@')
  if (version === '' || rest.length > 0)
    throw new Problem('cli/bad-version', `${given} names no version`, { hint: 'write CLIENT@VERSION' })
  const kinds = clients as Readonly<Record<string, ClientKind>>
  const programs = firmware as Readonly<Record<string, FirmwareKind>>
  const client = kinds[what]
  if (client !== undefined) return { client: inVersion(client, version), program: firmware.puppet, isPuppet: true }
  const program = programs[what]
  if (program !== undefined && what !== 'puppet')
    return { client: inVersion(kinds[CLIENT_OF[what] ?? 'umqtt.simple']!, version), program, isPuppet: false }
  const known = ['micropython', ...Object.keys(kinds), ...Object.keys(programs).filter((name) => name !== 'puppet')]
  throw new Problem('cli/unknown-client', `unknown client or firmware "${what}"`, {
    hint: didYouMean(what, known) ?? `there is ${known.join(', ')}`,
  })
}

function inVersion(client: ClientKind, version: string | undefined): ClientKind {
  if (version === undefined || versionNamed(client, version) !== undefined) return clientAt(client, version)
  throw new Problem('cli/unknown-version', `unknown version ${version} of ${client.name}`, {
    hint: knownVersions(client, version),
  })
}

function checkNumbers(args: EmulateArguments): void {
  const ranges = { port: [1, 65_535], keepalive: [0, 65_535], count: [1, Number.MAX_SAFE_INTEGER] } as const
  for (const [name, [low, high]] of Object.entries(ranges)) {
    const value = args[name as keyof typeof ranges]
    if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) continue
    const most = high === Number.MAX_SAFE_INTEGER ? '' : `, at most ${high}`
    throw new Problem('cli/bad-number', `--${name}: expected a whole number, at least ${low}${most}`)
  }
  if (/[\s/@]/.test(args.host) || /^[^:[]*:[^:]*$/.test(args.host))
    throw new Problem('cli/bad-address', '--host takes the name or the address of a broker alone', {
      hint: 'the others have flags of their own: --port, --username, --password; a URL is for hil run --broker',
    })
  if (args.willPayload !== undefined && args.willTopic === undefined)
    throw new Problem('cli/no-topic', 'a will needs a topic', { hint: '--will-topic TOPIC' })
}

/** What a client is told to do; a firmware knows that by itself. */
function checkUnused(args: EmulateArguments): void {
  const { topic, message, keepalive, username, password, retain, disableCleanSession } = args
  const given = { topic, message, keepalive, username, password, retain, disableCleanSession }
  const unused = Object.entries(given).find(([, value]) => value !== undefined && value !== false)?.[0]
  if (unused === undefined) return
  const flag = unused === 'disableCleanSession' ? 'disable-clean-session' : unused
  throw new Problem('cli/unused-flag', `--${flag} is for clients; ${args.what} acts on its own`, {
    hint: `hil clients ${args.what} shows its options, for --with`,
  })
}

const told = ({ topic = [] }: EmulateArguments, { host, port }: { host: string; port: number }): string =>
  topic.length === 0 ? `connected to ${host}:${port}` : `subscribed to ${topic.join(', ')} at ${host}:${port}`

/** What a client calls what mosquitto_pub's flags say. */
const CALLED: Readonly<Record<'keepalive' | 'username' | 'password', readonly string[]>> = {
  keepalive: ['keepalive', 'keep_alive'],
  username: ['user', 'username'],
  password: ['password'],
}

function flags(args: EmulateArguments, client: ClientKind): Record<string, PyValue> {
  const set = Object.entries(CALLED).flatMap(([flag, names]) => {
    const value = args[flag as keyof typeof CALLED]
    if (value === undefined) return []
    const option = client.options.find((o) => names.includes(o.name))
    if (option === undefined) throw new Problem('cli/unused-flag', `${client.name} has no option for --${flag}`)
    return [[option.name, value] as const]
  })
  return Object.fromEntries(set)
}

const willOf = (args: EmulateArguments) => ({
  topic: args.willTopic!,
  payload: new TextEncoder().encode(args.willPayload ?? ''),
  qos: args.willQos,
  retain: args.willRetain,
})

/** NAME=VALUE, the value read as the option's type asks; `@FILE` reads it from a file. */
function optionsOf(given: readonly string[], specs: readonly OptionSpec[]): Record<string, PyValue> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=')
      if (at <= 0) throw new Problem('cli/bad-option', `--with ${pair}: expected NAME=VALUE`)
      const name = pair.slice(0, at)
      const text = pair.slice(at + 1)
      const value = text.startsWith('@') ? textOf(text.slice(1), pair) : text
      const spec = specs.find((s) => s.name === name)
      if (spec === undefined)
        throw new Problem('cli/bad-option', `--with ${pair}: unknown option ${name}`, {
          hint:
            didYouMean(
              name,
              specs.map((s) => s.name),
            ) ?? `there is ${specs.map((s) => s.name).join(', ')}`,
        })
      const flag = FROM_FLAGS[name]
      if (flag !== undefined) throw new Problem('cli/bad-option', `--with ${pair}: ${flag} says that`)
      return [name, converted(value, spec.type, pair)]
    }),
  )
}

/** Options of a library that flags of ours set. */
const FROM_FLAGS: Readonly<Record<string, string>> = {
  server: '-h',
  broker: '-h',
  port: '-p',
}

function textOf(file: string, pair: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new Problem('select/unreadable', `--with ${pair}: ${file} cannot be read: ${describeErrno(cause)}`, { cause })
  }
}

function converted(text: string, type: OptionSpec['type'], pair: string): PyValue {
  const wrong = (expected: string): Problem => new Problem('cli/bad-option', `--with ${pair}: expected ${expected}`)
  switch (type) {
    case 'int':
      if (!/^-?\d+$/.test(text)) throw wrong('a whole number')
      return Number(text)
    case 'seconds':
      if (!/^\d+(\.\d+)?s?$/.test(text)) throw wrong('seconds, such as 30s')
      return Number.parseFloat(text)
    case 'bool':
      if (text !== 'true' && text !== 'false') throw wrong('true or false')
      return text === 'true'
    case 'tls':
      if (!['true', 'false', 'context', 'verify'].includes(text)) throw wrong('true, false, context or verify')
      return text === 'true' || text === 'false' ? text === 'true' : text
    default:
      return text
  }
}
