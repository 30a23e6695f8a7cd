// What `hil emulate` does: one board against a broker that is already there. With --verbose it
// goes through a link of its own, so that every packet can be shown.

import { Problem } from '../../../emulators/core/problem.ts'
import {
  type ClientKind,
  type Emulation,
  emulatedNamed,
  isKnownHost,
  type LibraryCall,
  type OptionSpec,
  optionValue,
  type PyValue,
  startEmulation,
} from '../../api/emulate.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { didYouMean } from '../../scenario/suggest.ts'
import { interruptible } from '../interrupt.ts'
import { onOutputGone, terminal } from '../terminal.ts'
import type { EmulateArguments } from './command.ts'

const DEFAULT_PORT = 1883

export async function emulateAction(args: EmulateArguments): Promise<ExitCode> {
  const out = terminal()
  if (args.what === 'micropython') {
    const { emulateBoard } = await import('./board.ts')
    return emulateBoard(args, out)
  }
  checkNumbers(args)
  const emulated = await emulatedNamed(args.what, args.config)
  const { client, isPuppet } = emulated
  if (!isPuppet) checkUnused(args)
  const options = { ...optionsOf(args.with ?? [], emulated.options), ...(isPuppet ? flags(args, client) : {}) }
  const broker = { host: args.host, port: args.port ?? DEFAULT_PORT }
  /** Nothing accepted a connection: the trouble is not the device's. */
  let refused = false
  const unreachable = async (): Promise<ExitCode> => {
    if (!(await isKnownHost(broker.host)))
      out.printError(`hint: no machine of the name ${broker.host} is known here; -h says which\n`)
    else out.printError(`hint: check that a broker listens at ${broker.host}:${broker.port}; -h and -p say where\n`)
    return EXIT.environment
  }
  const interrupt = interruptible(out)
  let starting: Promise<Emulation> | null = null
  let emulation: Emulation | null = null
  let off = (): void => {}
  try {
    return await new Promise<ExitCode>((resolve, reject) => {
      interrupt.signal.addEventListener('abort', () => resolve(EXIT.interrupted))
      const script = isPuppet ? new Script(args, client) : null
      let received = 0
      let ready = false
      off = onOutputGone(() => resolve(EXIT.passed))
      starting = startEmulation(
        emulated,
        {
          broker,
          name: args.id ?? `hil-${Math.random().toString(36).slice(2, 8)}`,
          options,
          ...(args.willTopic === undefined ? {} : { will: willOf(args) }),
          ...(args.verbose ? { onPacket: (line: string) => out.print(`${line}\n`) } : {}),
        },
        {
          onPrint(line) {
            out.print(`${line}\n`)
            if (line.startsWith('message ') && ++received === args.count) resolve(EXIT.passed)
          },
          onPin: (pin, value) => out.print(`pin ${pin} = ${value}\n`),
          onOutcome(outcome) {
            if (outcome.kind === 'raised') {
              out.printError(`${outcome.error.message}\n`)
              return refused ? void unreachable().then(resolve, reject) : resolve(EXIT.environment)
            }
            const next = script?.next()
            if (next !== undefined) emulation?.instruct(next)
            else if (script?.ends) resolve(EXIT.passed)
            else if (!ready) {
              ready = true
              out.printError(`${told(args, broker)}; Ctrl-C ends it\n`)
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
      starting.then((started) => {
        emulation = started
        const first = script?.next()
        if (first !== undefined) started.instruct(first)
      }, reject)
    })
  } finally {
    off()
    await (starting as Promise<Emulation> | null)?.then(
      (started) => started[Symbol.asyncDispose](),
      () => {},
    )
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
      return [name, optionValue(text, spec.type, pair)]
    }),
  )
}

/** Options of a library that flags of ours set. */
const FROM_FLAGS: Readonly<Record<string, string>> = {
  server: '-h',
  broker: '-h',
  port: '-p',
}
