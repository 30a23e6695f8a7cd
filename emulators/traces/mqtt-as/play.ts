// Plays a recorded case of mqtt_as: its program, its tasks and the library's as threads of one board on a virtual clock.

import { type BoardCall, NO_WAIT, type Program, PythonError, type PyValue, sleep, spawn } from '../../board.ts'
import type { ClientHooks, ClientKind, EmulatedClient } from '../../clients/client.ts'
import { type Duration, inSeconds, instant } from '../../core/time.ts'
import { hexOf, type TraceEntry, type TraceValue } from '../../drive/scripted.ts'
import { StagedBoard, type StagedEnd } from '../../drive/staged/board.ts'
import type { LibraryCallStep, MqttAsCase } from './case.ts'
import { ScriptedWlan } from './wlan.ts'

/** What the recordings' config had besides. */
const CONFIG = { server: '10.0.0.7', client_id: 'dev1', ssid: 'net', wifi_pw: 'pw' }

export function playMqttAs(recorded: MqttAsCase, kind: ClientKind): readonly TraceEntry[] {
  return new Player(recorded, kind).play()
}

class Player {
  readonly #recorded: MqttAsCase
  readonly #kind: ClientKind
  readonly #trace: TraceEntry[] = []
  readonly #board: StagedBoard
  readonly #wlan: ScriptedWlan
  #at: number | null = null
  #silent = false
  #callbacks = 0

  constructor(recorded: MqttAsCase, kind: ClientKind) {
    this.#recorded = recorded
    this.#kind = kind
    this.#board = new StagedBoard({
      connections: recorded.connections,
      random: (low) => low,
      onCall: (call, end) => this.#called(call, end),
      onUncaught: (thread, error) => this.#write(['uncaught', thread, error.type]),
    })
    this.#wlan = new ScriptedWlan(
      () => this.#board.now(),
      recorded.wifiTakes,
      (entry) => this.#write(entry),
    )
  }

  play(): readonly TraceEntry[] {
    let client: EmulatedClient
    try {
      client = this.#kind.create(
        { ...CONFIG, ...this.#recorded.options },
        this.#hooks(() => client),
      )
    } catch (e) {
      if (!(e instanceof PythonError)) throw e
      this.#write(raised(e))
      return this.#trace
    }
    const end = this.#board.run(this.#program(client), { until: instant(this.#recorded.until) })
    this.#write([end.kind === 'returned' ? 'end' : 'blocked'])
    return this.#trace
  }

  *#program(client: EmulatedClient): Program<void> {
    const { calls, wifi } = this.#recorded
    if (wifi.length > 0) yield* spawn('wifi', () => this.#wlan.script(wifi))
    yield* client.begin?.() ?? nothing()
    for (const step of calls) {
      if ('wait' in step) yield* sleep(step.wait)
      else if (step.times !== null) yield* this.#often(client, step, step.times)
      else if (step.start) yield* this.#start(client, step)
      else yield* this.#call(client, step)
    }
  }

  *#call(client: EmulatedClient, { call, args, kwargs }: LibraryCallStep): Program<void> {
    this.#write(['call', call])
    try {
      this.#write(['return', show(yield* client.call(call, args, kwargs))])
    } catch (e) {
      if (!(e instanceof PythonError)) throw e
      this.#write(raised(e))
    }
  }

  *#start(client: EmulatedClient, { call, args, kwargs }: LibraryCallStep): Program<void> {
    this.#write(['started', call])
    const write = this.#write.bind(this)
    yield* spawn(call, function* () {
      try {
        write(['finished', call, show(yield* client.call(call, args, kwargs))])
      } catch (e) {
        if (!(e instanceof PythonError)) throw e
        write(['failed', call, e.type, e.args.map(show)])
      }
    })
  }

  *#often(client: EmulatedClient, { call, args, kwargs }: LibraryCallStep, times: number): Program<void> {
    this.#silent = true
    yield* sleep(NO_WAIT)
    for (let n = 0; n < times; n++) yield* client.call(call, args, kwargs)
    this.#silent = false
    this.#write(['times', call, times])
  }

  #hooks(client: () => EmulatedClient): ClientHooks {
    const { onConnect, inCallback, slowConsumer, options } = this.#recorded
    const event = Number(options.queue_len ?? 0) > 0
    const player = this
    return {
      wlan: this.#wlan,
      *onMessage(topic, payload, _, properties) {
        player.#write([event ? 'message' : 'callback', hexOf(topic), hexOf(payload), properties?.retain === true])
        if (player.#callbacks++ === 0)
          for (const step of inCallback) yield* spawn(step.call, () => player.#call(client(), step))
        if (event && slowConsumer > 0) yield* sleep(slowConsumer)
      },
      *onEvent(name, args) {
        player.#write([name, ...args.map(show)])
        if (name === 'connect_coro' || name === 'up') for (const step of onConnect) yield* player.#call(client(), step)
      },
    }
  }

  #called(call: BoardCall, { answer, error, waits }: StagedEnd): void {
    const how = error === undefined ? [] : [{ errno: String(error.args[0]) }]
    switch (call.kind) {
      case 'socket':
      case 'close':
        return this.#write([call.kind])
      case 'setblocking':
        return this.#write(['setblocking', call.on])
      case 'connect':
        return this.#write(['connect', call.host, call.port])
      case 'write':
      case 'send':
        // A full buffer took nothing.
        if ((error === undefined && answer === null) || error?.args[0] === 'EBADF') return
        return this.#write(['write', hexOf(call.bytes), ...how])
      case 'read':
        // What finds nothing was not written down, and a closed socket neither.
        if (waits === true || answer === null || error?.args[0] === 'EBADF') return
        return this.#write(error === undefined ? ['read', hexOf(answer as Uint8Array)] : ['read', ...how])
    }
  }

  #write(entry: TraceEntry): void {
    if (this.#silent) return
    const now = inSeconds(this.#board.now() as unknown as Duration)
    if (now !== this.#at) this.#trace.push(['at', now])
    this.#at = now
    this.#trace.push(entry)
  }
}

function* nothing(): Program<void> {}

const raised = (error: PythonError): TraceEntry => ['raise', error.type, error.args.map(show)]

function show(value: PyValue): TraceValue {
  if (value instanceof Uint8Array) return { hex: hexOf(value) }
  return Array.isArray(value) ? value.map(show) : (value as TraceValue)
}
