// What the program of a fleet's device does at the events of its library: it subscribes each time that a connection stands,
// connects again where the library does not, and calls a message sent when it has been acknowledged.

import {
  type Instruction,
  type Program,
  PythonError,
  type PyValue,
  randomInt,
  Signal,
  signal,
  sleep,
  spawn,
  waitFor,
} from '../board.ts'
import type { ClientEvents, ClientHooks, EmulatedClient, MessageProperties } from '../clients/client.ts'
import { SteadyWlan, type Wlan } from '../clients/mqtt-as/wlan.ts'
import { milliseconds } from '../core/time.ts'
import type { FleetDevice } from '../drive/fleet/device.ts'
import { waitOf } from './backoff.ts'
import { say } from './firmware.ts'
import type { FleetRole } from './fleet-role.ts'
import { MessageParts } from './message-parts.ts'

const CHANCES = 1_000_000

export function* subscribe(client: EmulatedClient, role: FleetRole, device: FleetDevice): Program<void> {
  for (const call of role.subscriptions(device)) yield* say(client, call)
  role.subscribed?.(device)
}

export class EventHooks implements ClientHooks {
  client: EmulatedClient | null = null
  readonly wlan: Wlan
  readonly role: FleetRole
  readonly device: FleetDevice
  readonly #events: ClientEvents
  readonly #parts = new MessageParts()
  #published: Signal | null = null
  /** The id of the publish that the program waits for; 0: none. */
  #awaited = 0
  #attempt = 0
  #wait = 0

  constructor(role: FleetRole, device: FleetDevice, events: ClientEvents) {
    this.role = role
    this.device = device
    this.#events = events
    this.wlan = new DeviceWlan(device)
  }

  /** A call of the program's has given `value`. Raises when that means a failure; waits until a message is through. */
  *done({ method, args }: Instruction, value: PyValue): Program<void> {
    const { published } = this.#events
    if (published === undefined || method !== 'publish') return
    if (value === 0) throw new PythonError('0', method)
    const qos = this.role.client.methods.publish!.findIndex(({ name }) => name === 'qos')
    if (args[qos] === 0) return
    this.#awaited = Number(value)
    this.#published ??= new Signal(published)
    while (this.#awaited !== 0) yield* waitFor(this.#published, null)
  }

  *onMessage(topic: Uint8Array, payload: Uint8Array, _?: PyValue, properties?: MessageProperties): Program<void> {
    const whole = this.#parts.add(payload, properties)
    if (whole !== null) this.role.heard(this.device, topic, whole)
  }

  *onEvent(name: string, args: readonly PyValue[]): Program<void> {
    const { connected, lost, published } = this.#events
    if (name === connected) {
      this.#attempt = 0
      this.#wait = 0
      yield* subscribe(this.client!, this.role, this.device)
    } else if (name === published) {
      if (args[0] !== this.#awaited) return
      this.#awaited = 0
      yield* signal(this.#published!)
    } else if (lost !== undefined && name === lost.event)
      yield* spawn('reconnect', () => this.#reconnect(lost.method, lost.retry))
  }

  *#reconnect(method: string, usual: number): Program<void> {
    const { backoff } = this.role
    if (backoff === null) this.#wait = usual
    else {
      const chance = (yield* randomInt(0, CHANCES - 1)) / CHANCES
      this.#wait = waitOf(backoff, this.#attempt++, this.#wait, chance)
    }
    yield* sleep(milliseconds(this.#wait))
    yield* this.client!.call(method, [], {})
  }
}

/** Wi-Fi that the device knows to be gone when its network is down. */
class DeviceWlan extends SteadyWlan {
  readonly #device: FleetDevice

  constructor(device: FleetDevice) {
    super()
    this.#device = device
  }

  override isconnected(): boolean {
    return this.#device.network !== 'down' && super.isconnected()
  }
}
