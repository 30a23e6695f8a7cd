// A case of a library for Arduino, as it stands in a trace file. fixtures/traces/README-arduino.md has the meaning.

import type { PyValue } from '../../board.ts'
import { tuple } from '../../board.ts'
import type { NetworkCore } from '../../clients/arduino/network-client.ts'
import { type Duration, milliseconds, seconds } from '../../core/time.ts'
import type { StagedConnection } from '../../drive/staged/peer.ts'
import type { RecordedCase } from '../format.ts'
import { type Json, type JsonObject, list, number, object, pyValue, readTrace, text } from '../json.ts'
import { readArduinoConnection } from '../staged-case.ts'

export interface LibraryCall {
  readonly call: string
  readonly args: readonly PyValue[]
}

/** Again and again, for as long as not more than `during` has passed since it began. */
interface Repeated {
  readonly every: Duration
  readonly during: Duration
}

export type ArduinoStep =
  | { readonly kind: 'wait'; readonly time: Duration }
  | ({ readonly kind: 'call' } & LibraryCall)
  | ({ readonly kind: 'every' } & LibraryCall & Repeated)
  | ({ readonly kind: 'times'; readonly times: number } & LibraryCall)
  | ({ readonly kind: 'sketch'; readonly sketch: string } & Repeated)

export interface ArduinoCase extends RecordedCase {
  readonly version: string
  readonly commit: string
  /** `#define`s. */
  readonly build: Readonly<Record<string, PyValue>>
  readonly core: NetworkCore
  /** What `millis()` says at the beginning. */
  readonly millis: Duration
  readonly options: Readonly<Record<string, PyValue>>
  readonly steps: readonly ArduinoStep[]
  /** In the first message callback only. */
  readonly inCallback: readonly LibraryCall[]
  /** In espMqttClient's `onConnect`. */
  readonly onConnect: readonly LibraryCall[]
  readonly connections: readonly StagedConnection[]
}

const MILLIS = 1000

/** Throws an Error that names the place. */
export function readArduinoCase(json: Json): ArduinoCase {
  const given = object(json, 'the case')
  const source = object(given.source ?? {}, 'source')
  const board = object(given.board ?? {}, 'board')
  return {
    client: text(given.client, 'client'),
    name: text(given.name, 'name'),
    version: text(source.version ?? '', 'version'),
    commit: text(source.commit ?? '', 'commit'),
    build: values(given.build),
    core: coreOf(board.network),
    millis: milliseconds(number(board.millis ?? MILLIS, 'millis')),
    options: values(given.options),
    steps: list(given.calls, 'calls').map(readStep),
    inCallback: list(given.in_callback ?? [], 'in_callback').map((call) => readCall(object(call, 'a call'))),
    onConnect: list(given.on_connect ?? [], 'on_connect').map((call) => readCall(object(call, 'a call'))),
    connections: list(given.connections ?? [], 'connections').map(readArduinoConnection),
    trace: readTrace(given.trace),
  }
}

function coreOf(json: Json | undefined): NetworkCore {
  if (json === undefined || json === 'esp8266' || json === 'esp32') return json ?? 'ethernet'
  throw new Error(`unknown network ${JSON.stringify(json)}`)
}

function readStep(json: Json): ArduinoStep {
  const given = object(json, 'a call')
  if (given.wait !== undefined) return { kind: 'wait', time: time(given.wait, 'wait') }
  if (given.sketch !== undefined) return { kind: 'sketch', sketch: text(given.sketch, 'sketch'), ...repeated(given) }
  const call = readCall(given)
  if (given.every !== undefined) return { kind: 'every', ...call, ...repeated(given) }
  if (given.times !== undefined) return { kind: 'times', ...call, times: number(given.times, 'times') }
  return { kind: 'call', ...call }
}

const readCall = (given: JsonObject): LibraryCall => ({
  call: text(given.call, 'call'),
  args: list(given.args ?? [], 'args').map(value),
})

const repeated = (given: JsonObject): Repeated => ({
  every: time(given.every, 'every'),
  during: time(given.for, 'for'),
})

/** Whole milliseconds: 1.005 s is 1005 ms. */
const time = (json: Json | undefined, what: string): Duration => milliseconds(Math.round(seconds(number(json, what))))

/** `{"ip": …}` is an IPAddress. */
function value(json: Json): PyValue {
  if (json === null || typeof json !== 'object' || Array.isArray(json) || !('ip' in json)) return pyValue(json)
  const parts = text((json as JsonObject).ip, 'ip').split('.')
  return tuple(...parts.map(Number))
}

const values = (json: Json | undefined): Readonly<Record<string, PyValue>> =>
  Object.fromEntries(Object.entries(object(json ?? {}, 'an object')).map(([name, item]) => [name, value(item)]))
