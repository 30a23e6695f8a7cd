// One emulated device against a broker that is already there: a client that is told what to call, or a firmware that acts on
// its own. `hil emulate` stands on it.

import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import {
  type BoardHost,
  type CallOutcome,
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
  type WillRequest,
} from '../../emulators/index.ts'
import { loadConfig } from '../config/index.ts'
import { knownVersions } from '../devices/index.ts'
import { Timeline } from '../evidence/index.ts'
import { describe } from '../expect/index.ts'
import { openLink } from '../link/index.ts'
import { describeErrno } from '../report/index.ts'
import { didYouMean } from '../scenario/index.ts'

export type { CallOutcome, ClientKind, LibraryCall, OptionSpec, PyValue, WillRequest }

/** What the puppet's loop waits between two looks for messages. */
const POLL = milliseconds(100)

/** The library that a built-in program was written for: the one that a fleet runs it on, or this. */
const CLIENT_OF: Readonly<Record<string, string>> = { 'feed-walkthrough': 'minimqtt' }

function libraryOf({ name, inFleet }: FirmwareKind): string {
  return inFleet !== undefined && 'library' in inFleet ? inFleet.library : (CLIENT_OF[name] ?? 'umqtt.simple')
}

/** A library, and the program that runs on it. */
export interface Emulated {
  readonly client: ClientKind
  /** It does what it is told; false: the program is a firmware, and acts on its own. */
  readonly isPuppet: boolean
  /** What `options` may have. */
  readonly options: readonly OptionSpec[]
  readonly program: FirmwareKind
}

/**
 * CLIENT or FIRMWARE, or either @VERSION: of the client, of the one that the firmware was written for. Clients of the config are
 * known as well. Throws Problem `cli/unknown-client`, `cli/unknown-version`, `cli/bad-version`, and those of the config.
 */
export async function emulatedNamed(given: string, config?: string): Promise<Emulated> {
  const [what = '', version, ...rest] = given.split('@')
  if (version === '' || rest.length > 0)
    throw new Problem('cli/bad-version', `${given} names no version`, { hint: 'write CLIENT@VERSION' })
  const kinds = clients as Readonly<Record<string, ClientKind>>
  const programs = firmware as Readonly<Record<string, FirmwareKind>>
  const isKnown = Object.hasOwn(kinds, what) || Object.hasOwn(programs, what)
  if (!isKnown || config !== undefined) await loadConfig(config)
  if (Object.hasOwn(kinds, what)) {
    const client = inVersion(kinds[what]!, version)
    return { client, isPuppet: true, options: client.options, program: firmware.puppet }
  }
  if (Object.hasOwn(programs, what) && what !== 'puppet') {
    const program = programs[what]!
    const client = inVersion(kinds[libraryOf(program)]!, version)
    return { client, isPuppet: false, options: program.options, program }
  }
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

export interface EmulationSettings {
  readonly broker: { readonly host: string; readonly port: number }
  /** Its client id, for what has no other. */
  readonly name: string
  readonly options: Readonly<Record<string, PyValue>>
  readonly will?: WillRequest | undefined
  /** Told of each packet, in a line: it then goes through a link of its own. */
  readonly onPacket?: ((line: string) => void) | undefined
}

/** Who hears of it. */
export interface EmulationHost extends Pick<BoardHost, 'onPrint' | 'onPin' | 'onEnd' | 'onReset' | 'onBug'> {
  onSocket(change: string): void
  /** A call of `instruct` has ended. */
  onOutcome(outcome: CallOutcome): void
}

export interface Emulation extends AsyncDisposable {
  /** A client is told to call that. */
  instruct(call: LibraryCall): void
}

/** Boots it. Throws Problem `client/…` for options that it does not take, `link/…`. Given back, it closes its connection. */
export async function startEmulation(
  { client, program, isPuppet }: Emulated,
  { broker, name, options, will, onPacket }: EmulationSettings,
  host: EmulationHost,
): Promise<Emulation> {
  const clock = realClock()
  const timeline = new Timeline(clock)
  timeline.subscribe((event) => {
    onPacket?.(describe(event))
    // By a link the device reaches something, and the link nothing.
    if (event.kind === 'socket' && event.change === 'refused') host.onSocket('refused')
  })
  const link =
    onPacket === undefined
      ? null
      : await openLink({ device: (isPuppet ? client : program).name, upstream: () => broker, recorder: timeline })
  const { host: server, port } = link ?? broker
  let board: RunningBoard
  try {
    board = startBoard(
      program.program({ client, server, port, name, options, poll: POLL, ...(will === undefined ? {} : { will }) }),
      {
        network: tcpNetwork,
        clock,
        random: seeded(Date.now()),
        ...{ onPrint: host.onPrint, onPin: host.onPin, onEnd: host.onEnd, onReset: host.onReset, onBug: host.onBug },
        onOutcome: (_id, outcome) => host.onOutcome(outcome),
        onSocket: (change) => host.onSocket(change),
      },
    )
  } catch (error) {
    await link?.[Symbol.asyncDispose]()
    throw error
  }
  return {
    instruct: (call) => board.instruct({ id: 'call', ...call }),
    async [Symbol.asyncDispose]() {
      board.stop('close')
      await link?.[Symbol.asyncDispose]()
    },
  }
}

/** Whether this machine knows one of the name. */
export const isKnownHost = (host: string): Promise<boolean> =>
  lookup(host).then(
    () => true,
    () => false,
  )

/** A value as text, `@FILE` for that of a file, as an option of this type. `pair` names it in messages. Throws Problem `cli/bad-option`, `select/unreadable`. */
export function optionValue(text: string, type: OptionSpec['type'], pair: string): PyValue {
  return converted(text.startsWith('@') ? textOf(text.slice(1), pair) : text, type, pair)
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
