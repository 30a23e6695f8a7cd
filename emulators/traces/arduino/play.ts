// Plays a case of a library for Arduino on our emulated client, and writes down what the recording has written down.

import { type Program, type PyValue, sleep } from '../../board.ts'
import type { ClientHooks, ClientKind, EmulatedClient } from '../../clients/client.ts'
import { Problem } from '../../core/problem.ts'
import { type Duration, milliseconds, ZERO } from '../../core/time.ts'
import { hexOf, type TraceEntry, type TraceValue } from '../../drive/scripted.ts'
import { StagedBoard } from '../../drive/staged/board.ts'
import type { ArduinoCase, ArduinoStep, LibraryCall } from './case.ts'
import { Recorder } from './recorder.ts'
import { SKETCHES, type SketchBoard } from './sketches.ts'

/** What a library has of its own: how a case's options are its settings, and what its callbacks show. */
export interface ArduinoLibrary {
  options(recorded: ArduinoCase): Readonly<Record<string, PyValue>>
  hooks?(recorder: Recorder, calls: { inCallback(): Program<void>; onConnect(): Program<void> }): Partial<ClientHooks>
}

export function playArduino(recorded: ArduinoCase, kind: ClientKind, library: ArduinoLibrary): readonly TraceEntry[] {
  return new Player(recorded, kind, library).play()
}

/** The sketch's time is up. */
class Over extends Error {}

class Player {
  readonly #recorded: ArduinoCase
  readonly #board: StagedBoard
  readonly #recorder: Recorder
  readonly #client: EmulatedClient
  readonly #trace: TraceEntry[] = []
  #heard = false
  #connects = 0

  constructor(recorded: ArduinoCase, kind: ClientKind, library: ArduinoLibrary) {
    this.#recorded = recorded
    this.#board = new StagedBoard({
      connections: recorded.connections,
      clock: recorded.millis,
      random: (low) => low,
    })
    const recorder = new Recorder(() => this.#board.now())
    this.#recorder = recorder
    this.#client = kind.create(
      { ...library.options(recorded), ...recorded.build, core: recorded.core },
      {
        network: this.#counting(recorder),
        onMessage: (topic, payload) => this.#onMessage(topic, payload),
        *onEvent(name, args) {
          recorder.add(name, ...args.map(show))
        },
        ...library.hooks?.(recorder, { inCallback: () => this.#inCallback(), onConnect: () => this.#onConnect() }),
      },
    )
  }

  #counting(recorder: Recorder): Recorder {
    const connecting = recorder.connecting.bind(recorder)
    recorder.connecting = (host, port) => {
      this.#connects++
      return connecting(host, port)
    }
    return recorder
  }

  play(): readonly TraceEntry[] {
    for (const step of this.#recorded.steps) this.#step(step)
    return this.#trace
  }

  #step(step: ArduinoStep): void {
    switch (step.kind) {
      case 'wait':
        this.#pass(step.time)
        this.#trace.push(['elapsed', step.time / 1000])
        return
      case 'call':
        this.#run(this.#traced(step))
        this.#trace.push(...this.#recorder.take())
        return
      case 'every':
        this.#every(step)
        return
      case 'times': {
        let value: PyValue = null
        for (let i = 0; i < step.times; i++) value = this.#run(this.#client.call(step.call, step.args, {}))
        this.#recorder.take()
        this.#trace.push(['times', step.call, step.times], ['return', show(value)])
        return
      }
      case 'sketch':
        this.#sketch(step)
    }
  }

  #every({ call, args, every, during }: Extract<ArduinoStep, { kind: 'every' }>): void {
    const began = this.#board.now()
    this.#trace.push(['every', every / 1000, call])
    let before: TraceValue | undefined
    while (this.#board.now() - began <= during) {
      const at = this.#board.now()
      const value = show(this.#run(this.#client.call(call, args, {})))
      const { quiet } = this.#recorder
      const entries = this.#recorder.take()
      const same = value === before || (before === undefined && (value === true || value === null))
      if (!quiet || !same) this.#trace.push(['at', since(began, at)], ...entries, ['return', value])
      before = value
      this.#pass(every)
    }
    this.#trace.push(['end', since(began, this.#board.now())])
  }

  #sketch({ sketch, every, during }: Extract<ArduinoStep, { kind: 'sketch' }>): void {
    const make = SKETCHES[sketch]
    if (make === undefined) throw new Problem('traces/bad-file', `there is no sketch ${sketch}`)
    const began = this.#board.now()
    this.#trace.push(['sketch', sketch])
    const board = this.#sketchBoard(() => this.#board.now() - began > during)
    const turn = make(board)
    try {
      while (this.#board.now() - began <= during) {
        const at = this.#board.now()
        try {
          this.#run(turn())
        } finally {
          const entries = this.#recorder.take()
          if (entries.length > 0) this.#trace.push(['at', since(began, at)], ...entries)
        }
        this.#pass(every)
      }
    } catch (e) {
      if (!(e instanceof Over)) throw e
    }
    this.#trace.push(['end', since(began, this.#board.now())])
  }

  #sketchBoard(isOver: () => boolean): SketchBoard {
    const player = this
    const recorder = this.#recorder
    const answers = new Map<string, PyValue>()
    return {
      *look(method) {
        if (isOver()) throw new Over()
        const before = recorder.take()
        const value = yield* player.#client.call(method, [], {})
        const { quiet } = recorder
        const entries = recorder.take()
        for (const entry of before) recorder.put(entry)
        if (!quiet || answers.get(method) !== value) {
          recorder.put(['call', method])
          for (const entry of entries) recorder.put(entry)
          recorder.put(['return', show(value)])
        }
        answers.set(method, value)
        return value
      },
      *call(call, ...args) {
        if (isOver()) throw new Over()
        if (call === 'connect') recorder.disconnectedAt = null
        if (call === 'connect' && player.#connects >= player.#recorded.connections.length) throw new Over()
        return yield* player.#traced({ call, args })
      },
      disconnectedFor: () => (recorder.disconnectedAt === null ? null : player.#board.now() - recorder.disconnectedAt),
      *delay(ms) {
        yield* this.pass(ms)
        recorder.put(['elapsed', ms / 1000])
      },
      *pass(ms) {
        const before = recorder.take()
        yield* sleep(milliseconds(ms))
        recorder.skip()
        for (const entry of before) recorder.put(entry)
      },
    }
  }

  *#traced({ call, args }: LibraryCall): Program<PyValue> {
    this.#recorder.add('call', call)
    const value = yield* this.#client.call(call, args, {})
    this.#recorder.add('return', show(value))
    return value
  }

  *#onMessage(topic: Uint8Array, payload: Uint8Array): Program<void> {
    this.#recorder.add('callback', hexOf(topic), hexOf(payload))
    if (this.#heard) return
    this.#heard = true
    if (this.#recorded.inCallback.length === 0) return
    yield* this.#inCallback()
    this.#recorder.add('callback_end', hexOf(terminated(topic)), hexOf(payload))
  }

  *#inCallback(): Program<void> {
    for (const call of this.#recorded.inCallback) yield* this.#traced(call)
  }

  *#onConnect(): Program<void> {
    for (const call of this.#recorded.onConnect) yield* this.#traced(call)
  }

  #run<T>(program: Program<T>): T {
    const end = this.#board.run(program)
    if (end.kind === 'returned') return end.value
    if (end.kind === 'raised') throw new Problem('traces/bad-file', `the client raised ${end.error.message}`)
    throw new Problem('traces/bad-file', `the client is ${end.kind}`)
  }

  /** No call's time. */
  #pass(time: Duration): void {
    if (time > ZERO) this.#run(sleep(time))
    this.#recorder.skip()
  }
}

/** A C string where it lies, as long as it is now. */
function terminated(text: Uint8Array): Uint8Array {
  const memory = new Uint8Array(text.buffer, text.byteOffset)
  const end = memory.indexOf(0)
  return end < 0 ? text : memory.subarray(0, end)
}

const since = (began: number, at: number): number => Math.round(at - began) / 1000

/** Numbers as the C++ type prints. */
function show(value: PyValue): TraceValue {
  if (value instanceof Uint8Array) return hexOf(value)
  return Array.isArray(value) ? value.map(show) : (value as TraceValue)
}
