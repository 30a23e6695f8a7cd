// Plays cases of esp-mqtt: a program with an event handler, both given as data, on a virtual clock.

import type { BoardCall, Program, PyValue } from '../board.ts'
import * as board from '../board.ts'
import { type ClientKind, clientAt } from '../clients/client.ts'
import type { EspMqtt } from '../clients/espmqtt/espmqtt.ts'
import type { EspEvent, EventValue } from '../clients/espmqtt/event-loop.ts'
import { elapsed, type Instant, inSeconds, instant, milliseconds } from '../core/time.ts'
import { hexOf, type TraceEntry, type TraceValue } from '../drive/scripted.ts'
import { StagedBoard, type StagedEnd } from '../drive/staged/board.ts'
import type { StagedConnection } from '../drive/staged/peer.ts'
import { readCall, type TraceCall } from './case.ts'
import type { RecordedCase, TraceFormat } from './format.ts'
import { type Json, list, number, object, readTrace, text, values } from './json.ts'
import { readEspConnection } from './staged-case.ts'

interface Handler {
  readonly event: string
  /** At this one only, counted from 1; null: at each. */
  readonly nth: number | null
  readonly calls: readonly TraceCall[]
}

export interface EspCase extends RecordedCase {
  readonly options: Readonly<Record<string, PyValue>>
  /** Of the library; null: the newest. */
  readonly version: string | null
  /** The first values of `esp_random()`. */
  readonly random: readonly number[]
  readonly handlers: readonly Handler[]
  readonly calls: readonly TraceCall[]
  readonly connections: readonly StagedConnection[]
}

/** In a case's source, as `espressif/esp-mqtt 1.1.0 (5a9ba05)`. */
const VERSION = /esp-mqtt (\S+) \(/

function read(json: Json): EspCase {
  const given = object(json, 'the case')
  return {
    client: text(given.client, 'client'),
    name: text(given.name, 'name'),
    version: VERSION.exec(String(given.source ?? ''))?.[1] ?? null,
    options: { ...values(given.sdkconfig ?? {}, 'sdkconfig'), ...values(given.options ?? {}, 'options') },
    random: list(given.random ?? [], 'random').map((value) => number(value, 'random')),
    handlers: list(given.handlers ?? [], 'handlers').map((entry) => {
      const handler = object(entry, 'a handler')
      return {
        event: text(handler.event, 'event'),
        nth: handler.nth === undefined ? null : number(handler.nth, 'nth'),
        calls: list(handler.calls, 'calls').map(readCall),
      }
    }),
    calls: list(given.calls, 'calls').map(readCall),
    connections: list(given.connections ?? [], 'connections').map(readEspConnection),
    trace: readTrace(given.trace),
  }
}

/** Where `esp_random()` goes on once the given values are used up. */
const FIRST_RANDOM = 101
/** The board's clock when a case begins. */
const CLOCK = milliseconds(1000)
const MAC = Uint8Array.of(0x24, 0x6f, 0x28, 0xab, 0xcd, 0xef)

class Player {
  readonly trace: TraceEntry[] = []
  readonly #recorded: EspCase
  readonly #client: EspMqtt
  readonly #board: StagedBoard
  readonly #seen = new Map<string, number>()
  readonly #random: number[]
  #next = FIRST_RANDOM
  #last: Instant = instant(0)

  constructor(recorded: EspCase, kind: ClientKind) {
    this.#recorded = recorded
    this.#random = [...recorded.random]
    this.#client = kind.create(recorded.options, {
      onEspEvent: (event) => this.#onEvent(event),
      recorded: true,
    }) as EspMqtt
    this.#board = new StagedBoard({
      connections: recorded.connections,
      clock: CLOCK,
      mac: MAC,
      random: (_low, high) => (this.#random.shift() ?? this.#next++) % (high + 1),
      onCall: (call, end) => this.#onCall(call, end),
    })
  }

  run(): readonly TraceEntry[] {
    const end = this.#board.run(this.#program())
    if (end.kind === 'blocked') this.#note(['blocked'])
    return this.trace
  }

  *#program(): Program<void> {
    this.#note(['call', 'init'])
    const made = yield* this.#client.init()
    this.#note(['return', made ? true : null])
    if (made) yield* this.#calls(this.#recorded.calls)
  }

  *#calls(calls: readonly TraceCall[]): Program<void> {
    for (const call of calls) {
      if ('wait' in call) {
        yield* board.sleep(call.wait)
        this.#elapsed()
        continue
      }
      this.#note(['call', call.call])
      const value = yield* this.#client.call(call.call, call.args, call.kwargs)
      this.#note(['return', value as TraceValue])
    }
  }

  *#onEvent({ name, fields }: EspEvent): Program<void> {
    const nth = (this.#seen.get(name) ?? 0) + 1
    this.#seen.set(name, nth)
    this.#note(['event', name, Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, shown(value)]))])
    for (const handler of this.#recorded.handlers)
      if (handler.event === name && (handler.nth === null || handler.nth === nth)) yield* this.#calls(handler.calls)
  }

  #onCall(call: BoardCall, end: StagedEnd): void {
    switch (call.kind) {
      case 'connect': {
        const { scheme } = this.#client
        const over = scheme === null || scheme === 'mqtt' ? [] : [{ scheme }]
        this.#note(['connect', call.host, call.port, ...over, ...failureOf(end)])
        break
      }
      case 'send': {
        const taken = end.answer as number
        const entry: TraceEntry = ['write', hexOf(call.bytes)]
        if (end.error !== undefined) this.#note([...entry, { errno: String(end.error.args[0]) }])
        else if (taken === 0) this.#note([...entry, { timeout: true }])
        else this.#note(taken < call.bytes.length ? [...entry, { taken }] : entry)
        break
      }
      case 'close':
        // A socket that never had a connection is none for the transport.
        if (end.answer === true) this.#note(['close'])
        break
      case 'random':
        this.#note(['random', call.low, call.high, end.answer as number])
    }
  }

  #note(entry: TraceEntry): void {
    this.#elapsed()
    this.trace.push(entry)
  }

  #elapsed(): void {
    const now = this.#board.now()
    if (now > this.#last) this.trace.push(['elapsed', inSeconds(elapsed(this.#last, now))])
    this.#last = now
  }
}

function failureOf({ error }: StagedEnd): TraceValue[] {
  if (error === undefined) return []
  const [errno] = error.args
  if (errno === -2) return [{ unresolved: true }]
  return [errno === 'ETIMEDOUT' ? { timeout: true } : { errno: String(errno) }]
}

function shown(value: EventValue): TraceValue {
  if (value instanceof Uint8Array) return hexOf(value)
  if (Array.isArray(value)) return value.map((pair: readonly Uint8Array[]) => pair.map(hexOf))
  return value as TraceValue
}

export const espFormat: TraceFormat<EspCase> = {
  read,
  kind({ version }, { 'esp-mqtt': kind }) {
    const known = version !== null && kind?.versions?.some((other) => other.version === version)
    return known === true ? clientAt(kind!, version) : kind
  },
  play: (recorded, kind) => new Player(recorded, kind).run(),
}
