// An emulated device: a client library's program on a board whose sockets are real and whose
// network is its link. It records what only the device can see: its calls, its console, its pins,
// and connection attempts that never reached anybody.

import {
  type CallOutcome,
  type ClientKind,
  type Clock,
  type Duration,
  type FirmwareKind,
  type Instruction,
  Problem,
  PythonError,
  type PyValue,
  type Random,
  type RunningBoard,
  showDuration,
  startBoard,
} from '../../../emulators/index.ts'
import type { PlainValue, Recorder } from '../../evidence/index.ts'
import type { Attachment, Device } from '../device.ts'
import type { WillSettings } from '../keys.ts'
import { linkedNetwork } from '../network/linked-network.ts'
import { Signals, type SignalWiring } from '../signals.ts'
import { provisioned } from './provisioned.ts'
import { inLibraryWords, type VerbCall } from './verbs.ts'

export interface EmulatedSettings {
  readonly name: string
  readonly client: ClientKind
  readonly firmware: FirmwareKind
  /** By the names of the client's constructor (puppet) or of the firmware's options. */
  readonly options: Readonly<Record<string, PyValue>>
  readonly will: WillSettings | null
  readonly callback?: VerbCall | null | undefined
  readonly poll: Duration | null
  readonly signals: Readonly<Record<string, SignalWiring>>
  readonly attachment: Attachment
  readonly recorder: Recorder
  readonly clock: Clock
  readonly random: Random
  /** An exception that is no Python exception: a bug of ours, to be told and not judged. */
  readonly onBug: (error: unknown) => void
}

interface PendingCall {
  /** The step's; a step of a `repeat` may start a call while its last one is under way. */
  readonly id: string
  /** The verb's own, by which it is recorded. */
  readonly method: string
  readonly now: VerbCall
  /** Still to be made: `subscribe` of several topics is one call of the library for each. */
  readonly rest: readonly VerbCall[]
}

export function emulatedDevice(settings: EmulatedSettings): Device {
  const { name, client, firmware, attachment, recorder, clock, random } = settings
  const signals = new Signals(name, settings.signals, recorder)
  const pending = new Map<string, PendingCall>()
  let calls = 0
  let board: RunningBoard | null = null
  /** The program has ended; the board stays on, with its sockets open, as at the REPL. */
  let ended = false

  const program = firmware.program({
    client: provisioned(client, attachment, settings.options),
    server: attachment.host,
    port: attachment.port,
    name,
    options: settings.options,
    ...(settings.will === null ? {} : { will: settings.will }),
    first: client.mqtt5?.before('will', { properties: settings.will?.properties }) ?? undefined,
    ...(settings.callback === null || settings.callback === undefined ? {} : { callback: settings.callback }),
    poll: settings.poll,
  })

  const start = (): void => {
    recorder.record({ kind: 'device', device: name, change: 'boot' })
    ended = false
    board = startBoard(program, {
      network: linkedNetwork(attachment),
      clock,
      random,
      onPrint: (line) => recorder.record({ kind: 'serial', device: name, line, stream: 'out' }),
      onPin: (pin, value) => signals.changed(pin, value),
      onOutcome: settle,
      onEvent: (method, value) =>
        recorder.record({
          kind: 'call',
          device: name,
          id: 'event',
          method,
          state: 'returned',
          value: value as PlainValue,
        }),
      onEnd(ending) {
        ended = true
        const change = ending.kind === 'raised' ? 'crashed' : 'ended'
        const detail = ending.kind === 'raised' ? ending.error.message : undefined
        recorder.record({ kind: 'device', device: name, change, detail })
        loseCalls()
      },
      onReset() {
        loseCalls()
        recorder.record({ kind: 'device', device: name, change: 'reset' })
        recorder.record({ kind: 'device', device: name, change: 'boot' })
      },
      onSocket: (change) => recorder.record({ kind: 'socket', device: name, change, by: attemptEndedBy(change) }),
      onBug: settings.onBug,
    })
    for (const [pin, level] of signals.inputLevels()) board?.setPin(pin, level)
  }

  const settle = (ticket: string, outcome: CallOutcome): void => {
    const call = pending.get(ticket)
    if (call === undefined) return
    const { id, method, now } = call
    const [next, ...rest] = call.rest
    const refused = outcome.kind === 'returned' && now.done !== undefined && outcome.value !== now.done
    if (outcome.kind === 'returned' && next !== undefined && !refused) {
      pending.set(ticket, { id, method, now: next, rest })
      board?.instruct(instruction(ticket, next))
      return
    }
    pending.delete(ticket)
    if (outcome.kind === 'returned' && !refused)
      recorder.record({ kind: 'call', device: name, id, method, state: 'returned', value: outcome.value as PlainValue })
    else {
      const { type, args } =
        outcome.kind === 'raised'
          ? outcome.error
          : new PythonError('ValueError', `${now.method} returned ${String(outcome.value)}`)
      recorder.record({
        kind: 'call',
        device: name,
        id,
        method,
        state: 'raised',
        error: { type, args: args as PlainValue[] },
      })
    }
  }

  const loseCalls = (): void => {
    for (const { id, method } of pending.values())
      recorder.record({ kind: 'call', device: name, id, method, state: 'lost' })
    pending.clear()
  }

  const stop = (how: 'power' | 'reset', change: 'off' | 'reset'): void => {
    board?.stop(how)
    board = null
    recorder.record({ kind: 'device', device: name, change })
    signals.dark()
    loseCalls()
  }

  return {
    name,
    get running() {
      return board !== null && !ended
    },
    async boot() {
      if (board !== null && !ended) return
      board?.stop('reset')
      signals.dark()
      start()
    },
    call(id, general) {
      if (board === null || ended)
        throw new Problem('device/off', `${name} is off, or its program has ended`, {
          hint: `boot: ${name} starts it again`,
        })
      const [first, ...rest] = inLibraryWords(client, general, settings.options)
      const { method } = rest.at(-1) ?? first
      const ticket = `${id}/${++calls}`
      pending.set(ticket, { id, method, now: first, rest })
      recorder.record({ kind: 'call', device: name, id, method, state: 'started' })
      board.instruct(instruction(ticket, first))
    },
    hanging() {
      const call = board?.pending()
      if (call === null || call === undefined) return null
      return `the device has been waiting in ${call.call}${call.detail} for ${showDuration((clock.now() - call.since) as Duration)}`
    },
    async reset() {
      stop('reset', 'reset')
      start()
    },
    async powerOff() {
      if (board !== null) stop('power', 'off')
    },
    drive(signal, level) {
      const pin = signals.driven(signal, level)
      recorder.record({ kind: 'signal', device: name, signal, value: level, by: 'harness' })
      board?.setPin(pin, level)
    },
    activeLevel: (signal) => signals.activeLevel(signal),
    send() {
      throw new Problem('device/no-console', `${name} is emulated: its program reads nothing from the console`, {
        hint: 'serial: { send } works on processes and boards',
      })
    },
    async [Symbol.asyncDispose]() {
      board?.stop('close')
      board = null
    },
  }
}

const instruction = (id: string, { method, args, kwargs }: VerbCall): Instruction => ({ id, method, args, kwargs })

const attemptEndedBy = (change: 'connecting' | 'refused' | 'timeout'): 'device' | 'link' =>
  change === 'connecting' ? 'device' : 'link'
