// The steps' client calls, carried out on a board through its raw REPL. One call after the other, as
// a program would make them; between them the board is told to look for messages. A call that hangs
// keeps the others waiting, as it does on a real board.

import {
  after,
  type ClientKind,
  type Clock,
  type Duration,
  literal,
  milliseconds,
  Problem,
  type PyValue,
  type Timer,
} from '../../../emulators/index.ts'
import type { PlainValue } from '../../evidence/index.ts'
import type { VerbCall } from '../emulated/verbs.ts'
import type { WillSettings } from '../keys.ts'
import { wifiAccess } from '../wifi.ts'
import { PUPPET } from './agent-python.ts'
import { PUPPET_LIBRARIES } from './libraries.ts'
import type { RawRepl } from './raw-repl.ts'

export interface PuppetSettings {
  readonly client: ClientKind
  readonly options: Readonly<Record<string, PyValue>>
  readonly will: WillSettings | null
  /** Made in the message callback, once it has printed. */
  readonly callback: VerbCall | null
  /** null: it does not look for messages by itself. */
  readonly poll: Duration | null
}

export type CallOutcome =
  | { readonly state: 'returned'; readonly value: PlainValue }
  | { readonly state: 'raised'; readonly error: { readonly type: string; readonly args: readonly PlainValue[] } }

interface Work {
  readonly do: () => Promise<CallOutcome>
  readonly end: (outcome: CallOutcome) => void
}

const SETUP_LIMIT = milliseconds(20_000)
const MARK = '\x1e'

export class Agent {
  readonly #settings: PuppetSettings
  readonly #repl: RawRepl
  readonly #clock: Clock
  readonly #onLine: (line: string) => void
  readonly #onTrouble: (problem: Problem) => void
  readonly #waiting: Work[] = []
  #busy = false
  #over = false
  #looking = false
  #look: Timer | null = null

  constructor(
    settings: PuppetSettings,
    repl: RawRepl,
    around: {
      readonly clock: Clock
      onLine(line: string): void
      /** The board no longer does what it is told. */
      onTrouble(problem: Problem): void
    },
  ) {
    this.#settings = settings
    this.#repl = repl
    this.#clock = around.clock
    this.#onLine = around.onLine
    this.#onTrouble = around.onTrouble
  }

  /** Makes the client on the board. Throws Problem `board/no-library` when the board has no such module. */
  async begin(name: string, server: string, port: number): Promise<void> {
    const { client, options, will } = this.#settings
    const { module, file, source } = PUPPET_LIBRARIES[client.name]!
    const made = { ...client.identity(name, server, port), ...options }
    const { ssid, password } = wifiAccess()
    const setup = `${PUPPET}${source}\n_hil_online(${literal(ssid)}, ${literal(password)})\n_hil_make(${literal(module)}, ${literal(made)})`
    const { error } = await this.#repl.execute(setup, { onLine: this.#onLine, within: SETUP_LIMIT })
    if (error !== '')
      throw new Problem('board/no-library', `${name}: ${error.trim().split('\n').at(-1)}`, {
        hint: /ImportError/.test(error)
          ? `put ${file} into the board's lib/, with what it imports: files:, or --bind ${name}=virtual:FOLDER`
          : error.trim(),
      })
    const said = will === null ? null : client.verbs.will({ ...will, topic: new TextEncoder().encode(will.topic) })
    if (said !== null) await this.#repl.evaluate(callSource(said))
    const { callback } = this.#settings
    if (callback !== null)
      await this.#repl.evaluate(
        `_hil_then = (${literal(callback.method)}, ${literal(callback.args)}, ${literal(callback.kwargs)})`,
      )
  }

  /** `begin`: the call is about to be made, after those before it. */
  call(call: VerbCall, end: (outcome: CallOutcome) => void): void {
    const { verbs } = this.#settings.client
    this.#add({
      do: () => this.#do(callSource(call)),
      end: (outcome) => {
        if (call.method === verbs.connect({})?.method || call.method === 'reconnect')
          this.#looking = outcome.state === 'returned'
        else if (call.method === verbs.disconnect()?.method && outcome.state === 'returned') this.#looking = false
        end(outcome)
      },
    })
  }

  /** Gives the REPL to somebody else for a while, after the calls before. */
  lend(act: (repl: RawRepl) => Promise<CallOutcome>, end: (outcome: CallOutcome) => void): void {
    this.#add({ do: () => act(this.#repl), end })
  }

  stop(): void {
    this.#over = true
    this.#look?.cancel()
    this.#waiting.length = 0
  }

  #add(work: Work): void {
    this.#waiting.push(work)
    void this.#next()
  }

  async #next(): Promise<void> {
    if (this.#busy || this.#over) return
    this.#look?.cancel()
    const work = this.#waiting.shift()
    if (work === undefined) {
      this.#lookLater()
      return
    }
    this.#busy = true
    try {
      const outcome = await work.do()
      this.#busy = false
      if (this.#over) return
      work.end(outcome)
    } catch (error) {
      if (this.#over) return
      if (!(error instanceof Problem)) throw error
      this.#onTrouble(error)
      return
    }
    void this.#next()
  }

  async #do(source: string): Promise<CallOutcome> {
    let told: string | null = null
    const { error } = await this.#repl.execute(source, {
      onLine: (line) => {
        if (this.#over) return
        if (line.startsWith(MARK)) told = line.slice(MARK.length)
        else this.#onLine(line)
      },
    })
    if (told !== null) return JSON.parse(told, reviveBytes) as CallOutcome
    return { state: 'raised', error: { type: error.trim().split('\n').at(-1)?.split(':')[0] || 'Exception', args: [] } }
  }

  /** The next look for messages, unless a call comes before. */
  #lookLater(): void {
    const { poll, client, options } = this.#settings
    const look = client.verbs.check(options)
    if (poll === null || look === null || !this.#looking) return
    this.#look = this.#clock.at(after(this.#clock.now(), poll), () =>
      this.#add({
        do: () => this.#do(`_hil_look(${literal(look.method)})`),
        end: (outcome) => {
          this.#looking = outcome.state === 'returned' && outcome.value === true
        },
      }),
    )
  }
}

const callSource = ({ method, args, kwargs }: VerbCall): string =>
  `_hil_call(${literal(method)}, ${literal(args)}, ${literal(kwargs)})`

/** Bytes come as `{"hex": …}`. */
function reviveBytes(_: string, value: unknown): unknown {
  const hex = (value as { readonly hex?: unknown } | null)?.hex
  return typeof hex === 'string' ? Uint8Array.from(Buffer.from(hex, 'hex')) : value
}
