// A case that was recorded from mqtt_as, as it stands in a trace file. fixtures/traces/README-arduino.md has the meaning.

import type { PyValue } from '../../board.ts'
import { type Duration, seconds, ZERO } from '../../core/time.ts'
import type { TraceEntry } from '../../drive/scripted.ts'
import type { StagedConnection } from '../../drive/staged/peer.ts'
import { type Json, list, number, object, pyValue, readTrace, text, values } from '../json.ts'
import { readArduinoConnection } from '../staged-case.ts'

export interface LibraryCallStep {
  readonly call: string
  readonly args: readonly PyValue[]
  readonly kwargs: Readonly<Record<string, PyValue>>
  /** As a task of its own. */
  readonly start: boolean
  /** Given: so many times, and nothing of it is written down. */
  readonly times: number | null
}

export type Step = LibraryCallStep | { readonly wait: Duration }

export interface MqttAsCase {
  readonly client: string
  readonly name: string
  readonly options: Readonly<Record<string, PyValue>>
  readonly onConnect: readonly LibraryCallStep[]
  readonly inCallback: readonly LibraryCallStep[]
  readonly calls: readonly Step[]
  readonly connections: readonly StagedConnection[]
  /** From which moment on the access point is there, or not. */
  readonly wifi: readonly { readonly at: Duration; readonly up: boolean }[]
  readonly wifiTakes: Duration
  readonly until: Duration
  readonly slowConsumer: Duration
  readonly trace: readonly TraceEntry[]
}

const UNTIL = 300

export function readMqttAsCase(json: Json): MqttAsCase {
  const given = object(json, 'the case')
  const time = (key: string, usual: number): Duration => seconds(number(given[key] ?? usual, key))
  return {
    client: text(given.client, 'client'),
    name: text(given.name, 'name'),
    options: values(given.options ?? {}, 'options'),
    onConnect: list(given.on_connect ?? [], 'on_connect').map(readLibraryCall),
    inCallback: list(given.in_callback ?? [], 'in_callback').map(readLibraryCall),
    calls: list(given.calls ?? [], 'calls').map(readStep),
    connections: list(given.connections ?? [], 'connections').map(readArduinoConnection),
    wifi: list(given.wifi ?? [], 'wifi').map((entry) => {
      const [at, up] = list(entry, 'an entry of wifi')
      return { at: seconds(number(at, 'wifi')), up: up === true }
    }),
    wifiTakes: given.wifi_takes === undefined ? ZERO : time('wifi_takes', 0),
    until: time('until', UNTIL),
    slowConsumer: time('slow_consumer', 0),
    trace: readTrace(given.trace),
  }
}

function readStep(json: Json): Step {
  const given = object(json, 'a call')
  return given.wait === undefined ? readLibraryCall(json) : { wait: seconds(number(given.wait, 'wait')) }
}

function readLibraryCall(json: Json): LibraryCallStep {
  const given = object(json, 'a call')
  return {
    call: text(given.call, 'call'),
    args: list(given.args ?? [], 'args').map(pyValue),
    kwargs: values(given.kwargs ?? {}, 'kwargs'),
    start: given.start === true,
    times: given.times === undefined ? null : number(given.times, 'times'),
  }
}
