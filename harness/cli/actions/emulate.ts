// What `hil emulate` does: one board against a broker that is already there. With --verbose it
// goes through a link of its own, so that every packet can be shown.

import { readFileSync } from 'node:fs'
import {
  type ClientKind,
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
} from '../../../emulators/index.ts'
import { Timeline } from '../../evidence/index.ts'
import { describe } from '../../expect/index.ts'
import { type Link, openLink } from '../../link/index.ts'
import { didYouMean } from '../../scenario/index.ts'
import type { EmulateArguments } from '../commands/emulate.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { terminal } from '../terminal.ts'

/** The client that the built-in programs were written for. */
const CLIENT_OF: Readonly<Record<string, string>> = { 'room-light': 'umqttsimple' }
const POLL = milliseconds(100)

export async function emulateAction(args: EmulateArguments): Promise<ExitCode> {
  const out = terminal()
  const { client, program, isPuppet } = chosen(args.what)
  const specs = isPuppet ? client.options : program.options
  const options = { ...optionsOf(args.with ?? [], specs), ...(isPuppet ? flags(args, client) : {}) }
  const clock = realClock()
  const timeline = new Timeline(clock)
  if (args.verbose) timeline.subscribe((event) => out.print(`${describe(event)}\n`))
  const upstream = { host: args.host, port: args.port ?? 1883 }
  const link: Link | null = args.verbose
    ? await openLink({ device: args.what, upstream: () => upstream, recorder: timeline })
    : null
  const interrupt = interruptible(out)
  let board: RunningBoard | null = null
  try {
    return await new Promise<ExitCode>((resolve, reject) => {
      interrupt.signal.addEventListener('abort', () => resolve(EXIT.interrupted))
      const script = isPuppet ? new Script(args, client) : null
      let received = 0
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
              return resolve(EXIT.environment)
            }
            const next = script?.next()
            if (next !== undefined) board?.instruct({ id: 'next', ...next })
            else if (script?.ends) resolve(EXIT.passed)
          },
          onEnd: (ending) => resolve(ending.kind === 'raised' ? EXIT.failed : EXIT.passed),
          onReset: () => out.print('machine.reset()\n'),
          onSocket: (change) => {
            if (change !== 'connecting') out.printError(`socket ${change}\n`)
          },
          onBug: reject,
        },
      )
      const first = script?.next()
      if (first !== undefined) board.instruct({ id: 'first', ...first })
    })
  } finally {
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

function chosen(what: string): { client: ClientKind; program: FirmwareKind; isPuppet: boolean } {
  const kinds = clients as Readonly<Record<string, ClientKind>>
  const programs = firmware as Readonly<Record<string, FirmwareKind>>
  const client = kinds[what]
  if (client !== undefined) return { client, program: firmware.puppet, isPuppet: true }
  const program = programs[what]
  if (program !== undefined && what !== 'puppet')
    return { client: kinds[CLIENT_OF[what] ?? 'umqtt.simple']!, program, isPuppet: false }
  const known = [...Object.keys(kinds), ...Object.keys(programs).filter((name) => name !== 'puppet')]
  throw new Problem('cli/unknown-client', `there is no client or firmware "${what}"`, {
    hint: didYouMean(what, known) ?? `there is ${known.join(', ')}`,
  })
}

function flags(args: EmulateArguments, client: ClientKind): Record<string, PyValue> {
  const wanted: Record<string, PyValue | undefined> = {
    keepalive: args.keepalive,
    user: args.username,
    password: args.password,
  }
  const set = Object.entries(wanted).filter(
    ([name, value]) => value !== undefined && client.options.some((o) => o.name === name),
  )
  return Object.fromEntries(set) as Record<string, PyValue>
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
      const value = text.startsWith('@') ? readFileSync(text.slice(1), 'utf8').trim() : text
      return [name, converted(value, specs.find((s) => s.name === name)?.type)]
    }),
  )
}

function converted(text: string, type: OptionSpec['type'] | undefined): PyValue {
  if (type === 'int' || type === 'seconds') return Number(text.replace(/s$/, ''))
  return type === 'bool' ? text === 'true' : text
}
