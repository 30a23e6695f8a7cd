// The program of a device in a fleet: connects, subscribes, and then does what it is told, as a board's
// main loop does what is due. Its library is the emulated one with all its habits. Without a policy of
// its own an exception ends the program, as on a board; with one it waits, connects and subscribes again.

import {
  type CallOutcome,
  type Instruction,
  type Program,
  PythonError,
  type PyValue,
  randomInt,
  reportOutcome,
  sleep,
} from '../board.ts'
import type { ClientHooks, EmulatedClient } from '../clients/client.ts'
import { milliseconds } from '../core/time.ts'
import type { FleetDevice } from '../drive/fleet/device.ts'
import { waitOf } from './backoff.ts'
import { say } from './firmware.ts'
import { EventHooks, subscribe } from './fleet-events.ts'
import { type FleetRole, NEXT } from './fleet-role.ts'
import { taskDevice } from './fleet-task-device.ts'
import { Sketch } from './sketch.ts'

/** What programs call, by their libraries' examples, when a call of theirs has raised. */
const RECONNECTS: Readonly<Record<string, string>> = { minimqtt: 'reconnect' }

const RETURNED: CallOutcome = { kind: 'returned', value: null }
const CHANCES = 1_000_000

export function fleetDevice(role: FleetRole, device: FleetDevice): Program<void> {
  return role.client.inTask === undefined ? callingDevice(role, device) : taskDevice(role, device)
}

function callingDevice(role: FleetRole, device: FleetDevice): Program<void> {
  const { events } = role.client
  const hooks = events === undefined ? new Hooks(role, device) : new EventHooks(role, device, events)
  hooks.client = programOf(role, role.client.create(role.options(device), hooks))
  return run(hooks)
}

/** What stands in it is kept for as long as the device lives. */
function* run(hooks: Hooks | EventHooks): Program<void> {
  yield* begin(hooks.client!, hooks.role, hooks.device)
  for (;;) {
    const instruction = yield NEXT
    if (instruction !== null) yield* obey(hooks, instruction as Instruction)
  }
}

function* obey(hooks: Hooks | EventHooks, instruction: Instruction): Program<void> {
  const client = hooks.client!
  let raised: PythonError | null = null
  try {
    const value = yield* client.call(instruction.method, instruction.args, instruction.kwargs)
    if (hooks instanceof EventHooks) yield* hooks.done(instruction, value)
  } catch (e) {
    if (!(e instanceof PythonError)) throw e
    raised = e
  }
  yield* reportOutcome(instruction.id, raised === null ? RETURNED : { kind: 'raised', error: raised })
  if (raised !== null) yield* mend(client, hooks.role, hooks.device, raised)
}

/** What the program calls: the library, or a sketch around it. */
function programOf({ client: { sketch }, connect, backoff }: FleetRole, library: EmulatedClient): EmulatedClient {
  return sketch === undefined ? library : new Sketch(library, connect.method, backoff === null ? sketch.retry : null)
}

function* begin(client: EmulatedClient, role: FleetRole, device: FleetDevice): Program<void> {
  const will = role.will(device)
  if (will !== null) yield* say(client, will)
  if (role.backoff === null) yield* say(client, role.connect)
  else yield* connectAgain(client, role, device, true)
  if (role.client.events === undefined) yield* subscribe(client, role, device)
}

function* mend(client: EmulatedClient, role: FleetRole, device: FleetDevice, raised: PythonError): Program<void> {
  if (role.client.events !== undefined) return // what becomes of the connection, its events tell
  if (role.backoff !== null) {
    yield* connectAgain(client, role, device, false)
    return
  }
  if (role.client.sketch !== undefined) {
    yield* say(client, role.connect)
    yield* subscribe(client, role, device)
    return
  }
  const method = RECONNECTS[role.client.name]
  if (method === undefined) throw raised
  yield* client.call(method, [], {})
}

/** Whether the broker still had a session of it. */
function* connectAgain(client: EmulatedClient, role: FleetRole, device: FleetDevice, first: boolean): Program<PyValue> {
  let wait = 0
  for (let attempt = 0; ; attempt++) {
    if (!first || attempt > 0) {
      const backoff = role.backoff!
      wait = waitOf(backoff, first ? attempt - 1 : attempt, wait, (yield* randomInt(0, CHANCES - 1)) / CHANCES)
      yield* sleep(milliseconds(wait))
    }
    try {
      const present = yield* say(client, role.connect)
      const subscribesHere = !first && role.client.events === undefined
      if (subscribesHere && present !== 1) yield* subscribe(client, role, device)
      return present
    } catch (e) {
      if (!(e instanceof PythonError)) throw e
    }
  }
}

/** What a program does in its callbacks. */
class Hooks implements ClientHooks {
  client: EmulatedClient | null = null
  readonly role: FleetRole
  readonly device: FleetDevice

  constructor(role: FleetRole, device: FleetDevice) {
    this.role = role
    this.device = device
  }

  *onMessage(topic: Uint8Array, payload: Uint8Array): Program<void> {
    this.role.heard(this.device, topic, payload)
  }

  /** umqtt.robust's `reconnect`, as a program's subclass overrides it; without a policy its own holds. */
  *onReconnect(): Program<number | null> {
    if (this.role.backoff === null) return null
    return Number(yield* connectAgain(this.client!, this.role, this.device, false))
  }
}
