// The program that does what the harness says, one instruction after the other, and looks for
// messages in between. An exception from such a look is printed and ends the looking until the next
// connect: a puppet does not crash. While a call hangs, the instructions behind it wait.

import {
  type CallOutcome,
  type Instruction,
  nextInstruction,
  type Program,
  PythonError,
  type PyValue,
  print,
  reportOutcome,
} from '../board.ts'
import type { EmulatedClient, MessageProperties } from '../clients/client.ts'
import { printable, repr, showException } from '../clients/python/python.ts'
import { Problem } from '../core/problem.ts'
import { messagePart, tellEvent, wholeMessage } from './event-line.ts'
import { type FirmwareContext, type FirmwareKind, say, utf8 } from './firmware.ts'
import { MessageParts } from './message-parts.ts'

export const puppet: FirmwareKind = {
  name: 'puppet',
  summary: 'does what the steps say and looks for messages in between',
  options: [],
  inFleet: { never: 'it does what steps tell one device' },
  program(context) {
    refuseBadOptions(context)
    return () => run(context)
  },
}

/** What a board would tell at boot, by the constructor's exception, is told now. */
function refuseBadOptions(context: FirmwareContext): void {
  try {
    build(context)
  } catch (e) {
    if (!(e instanceof PythonError)) throw e
    throw new Problem('client/bad-option', `${context.client.name}: ${showException(e)}`, { cause: e })
  }
}

function build({ client: kind, name, server, port, options, callback, will }: FirmwareContext): EmulatedClient {
  const willOptions = will === undefined ? undefined : kind.inTask?.will({ ...will, topic: utf8(will.topic) })
  function* onMessage(topic: Uint8Array, payload: Uint8Array): Program<void> {
    yield* print(`message ${printable(topic)} ${printable(payload)}`)
    if (callback === undefined) return
    const value = yield* say(client, callback) // what it raises, the library's caller gets
    yield* print(`callback ${callback.method} returned ${repr(value)}`)
  }
  const parts = new MessageParts()
  let topicOfParts = new Uint8Array()
  function* onPart(topic: Uint8Array, payload: Uint8Array, where?: Partial<MessageProperties>): Program<void> {
    const whole = parts.add(payload, where)
    if (whole !== payload)
      yield* print(`part ${printable(topic)} ${printable(payload)} ${where!.index} ${where!.total}`)
    if (whole !== null) yield* onMessage(topic, whole)
  }
  const client: EmulatedClient = kind.create(
    { ...kind.identity(name, server, port), ...willOptions, ...options },
    {
      *onMessage(topic, payload, _, properties) {
        yield* onPart(topic, payload, properties)
      },
      *onEspEvent(event) {
        yield* tellEvent(event)
        const message = wholeMessage(event)
        if (message !== null) yield* onMessage(message.topic, message.payload)
        const part = messagePart(event)
        if (part === null) return
        if (part.topic !== null) topicOfParts = part.topic.slice()
        yield* onPart(topicOfParts, part.data.slice(), part)
      },
      *onError(text) {
        yield* print(`error ${text}`)
      },
      ...(kind.events === undefined ? {} : { onEvent: printEvent }),
    },
  )
  return client
}

function* printEvent(name: string, args: readonly PyValue[]): Program<void> {
  yield* print([name, ...args.map(repr)].join(' '))
}

function* run(context: FirmwareContext): Program<void> {
  const { verbs } = context.client
  const client = build(context)
  if (context.first !== undefined) yield* say(client, context.first)
  if (context.will !== undefined) {
    const said = verbs.will({ ...context.will, topic: utf8(context.will.topic) })
    if (said !== null) yield* say(client, said)
  }
  const connect = verbs.connect({})?.method
  const disconnect = verbs.disconnect()?.method
  const look = verbs.check(context.options)
  let connected = false
  for (;;) {
    const instruction: Instruction | null = yield* nextInstruction(connected && look !== null ? context.poll : null)
    if (instruction === null) {
      if (look !== null) connected = yield* looked(look.method, say(client, look))
      continue
    }
    const { id, method, args, kwargs }: Instruction = instruction
    const outcome: CallOutcome = yield* caught(client.call(method, args, kwargs))
    if (method === connect || method === 'reconnect') connected = outcome.kind === 'returned'
    else if (method === disconnect && outcome.kind === 'returned') connected = false
    yield* reportOutcome(id, outcome)
  }
}

/** Whether to look again. */
function* looked(method: string, looking: Program<unknown>): Program<boolean> {
  try {
    yield* looking
    return true
  } catch (e) {
    if (!(e instanceof PythonError)) throw e
    yield* print(`${method} raised ${e.message}`)
    return false
  }
}

function* caught(call: ReturnType<EmulatedClient['call']>): Program<CallOutcome> {
  try {
    return { kind: 'returned', value: yield* call }
  } catch (e) {
    if (!(e instanceof PythonError)) throw e
    return { kind: 'raised', error: e }
  }
}
