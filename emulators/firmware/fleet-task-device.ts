// The program of a fleet's device whose library works in a task of its own: it starts that, subscribes at each CONNECTED,
// as programs do in their handlers, and publishes when it is told. A QoS 1 message is done when its PUBACK has come, and has failed when that says so (MQTT 5).

import {
  type CallOutcome,
  type Instruction,
  type Program,
  PythonError,
  randomInt,
  reportOutcome,
  Signal,
  signal,
  sleep,
  spawn,
  waitFor,
} from '../board.ts'
import type { ClientHooks, EmulatedClient } from '../clients/client.ts'
import type { EspEvent } from '../clients/espmqtt/event-loop.ts'
import { milliseconds, seconds } from '../core/time.ts'
import type { FleetDevice } from '../drive/fleet/device.ts'
import { FIRST_ERROR } from '../mqtt/reasons.ts'
import { waitOf } from './backoff.ts'
import { wholeMessage } from './event-line.ts'
import { say } from './firmware.ts'
import { type FleetRole, NEXT } from './fleet-role.ts'

const RETURNED: CallOutcome = { kind: 'returned', value: null }
const CHANCES = 1_000_000
/** The library has forgotten the message by then. */
const EXPIRED = seconds(32)

export function* taskDevice(role: FleetRole, device: FleetDevice): Program<void> {
  const hooks = new TaskHooks(role, device)
  const client = role.client.create(role.options(device), hooks)
  hooks.client = client
  for (const call of role.setUp?.(device) ?? []) yield* say(client, call)
  yield* say(client, role.connect)
  for (;;) {
    const instruction = yield NEXT
    if (instruction !== null) yield* obey(client, hooks, instruction as Instruction)
  }
}

function* obey(client: EmulatedClient, hooks: TaskHooks, instruction: Instruction): Program<void> {
  const { before } = instruction
  const told = before === undefined ? null : yield* say(client, before)
  if (told !== null && told !== before!.done) {
    yield* reportOutcome(instruction.id, { kind: 'raised', error: new PythonError(before!.method, told) })
    return
  }
  const value = yield* client.call(instruction.method, instruction.args, instruction.kwargs)
  const failed = typeof value === 'number' && value < 0
  const waits = typeof value === 'number' && value > 0
  const wrong = failed ? value : waits ? yield* hooks.acknowledged(value) : null
  yield* reportOutcome(
    instruction.id,
    wrong === null ? RETURNED : { kind: 'raised', error: new PythonError(instruction.method, wrong) },
  )
}

class TaskHooks implements ClientHooks {
  client: EmulatedClient | null = null
  readonly #role: FleetRole
  readonly #device: FleetDevice
  #told: Signal | null = null
  /** The id of the publish that the program waits for; -1: none. */
  #awaited = -1
  /** The reason code of its PUBACK or PUBCOMP. */
  #reason = 0
  /** SUBACKs that are to come. */
  #missing = 0
  #connectedOnce = false
  #attempt = 0
  #wait = 0

  constructor(role: FleetRole, device: FleetDevice) {
    this.#role = role
    this.#device = device
  }

  /** Waits for PUBLISHED of this id; what went wrong: it has expired, or the broker has refused it. null: nothing. */
  *acknowledged(id: number): Program<string | null> {
    this.#awaited = id
    this.#told ??= new Signal('published')
    yield* waitFor(this.#told, EXPIRED)
    const done = this.#awaited === -1
    this.#awaited = -1
    if (!done) return 'expired'
    return this.#reason < FIRST_ERROR ? null : `refused with 0x${this.#reason.toString(16)}`
  }

  *onEspEvent(event: EspEvent): Program<void> {
    switch (event.name) {
      case 'CONNECTED':
        yield* this.#connected(event.fields.session_present === 1)
        return
      case 'SUBSCRIBED':
        if (--this.#missing === 0) this.#role.subscribed?.(this.#device)
        return
      case 'PUBLISHED':
        if (event.fields.msg_id !== this.#awaited) return
        this.#awaited = -1
        this.#reason = typeof event.fields.reason_code === 'number' ? event.fields.reason_code : 0
        yield* signal(this.#told!)
        return
      case 'DATA': {
        const message = wholeMessage(event)
        if (message !== null) this.#role.heard(this.#device, message.topic, message.payload)
        return
      }
      case 'DISCONNECTED':
        if (this.#role.backoff !== null) yield* spawn('reconnect', () => this.#reconnect())
    }
  }

  *#connected(sessionPresent: boolean): Program<void> {
    this.#attempt = 0
    this.#wait = 0
    const again = this.#connectedOnce
    this.#connectedOnce = true
    if (again && sessionPresent) return
    const calls = this.#role.subscriptions(this.#device)
    this.#missing = calls.length
    for (const call of calls) yield* say(this.client!, call)
    if (calls.length === 0) this.#role.subscribed?.(this.#device)
  }

  *#reconnect(): Program<void> {
    const chance = (yield* randomInt(0, CHANCES - 1)) / CHANCES
    this.#wait = waitOf(this.#role.backoff!, this.#attempt++, this.#wait, chance)
    yield* sleep(milliseconds(this.#wait))
    yield* this.client!.call('reconnect', [], {})
  }
}
