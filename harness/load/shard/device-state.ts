// One device of the fleet as the crew keeps it: its state, what is due, what it has sent and got.
// There are tens of thousands: what a device has not is null.

import type { FleetDevice } from '../../../emulators/index.ts'
import type { Tracker } from './ledger.ts'

export const OFF = 0
export const CONNECTING = 1
export const CONNECTED = 2
export const ENDED = 3
/** It has lost its connection and does not try to connect: perhaps its program has not noticed. */
export const DISCONNECTED = 4
export type State = typeof OFF | typeof CONNECTING | typeof CONNECTED | typeof ENDED | typeof DISCONNECTED

/** What a device does right now for one of its publications. */
export interface Outbox {
  readonly stream: number
  readonly topic: Uint8Array
  /** When the next message is meant to leave; ms of the fleet's clock. */
  due: number
  /** The message that is due and has not been begun; 0: none. */
  waiting: number
  sent: number
  times: number[] | null
  unconfirmed: number[] | null
  /** Where its messages are retained, when each has a topic of its own. */
  retained: Set<string> | null
}

export class DeviceState {
  readonly device: FleetDevice
  readonly group: number
  readonly i: number
  state: State = OFF
  /** It was switched off by a step, and only a step switches it on. */
  away = false
  /** When it was meant to connect; 0: it does not. */
  wantedAt = 0
  /** When the attempt that is under way began; 0: none is. */
  synAt = 0
  lostAt = 0
  connectedOnce = false
  subscribedAt = -1
  /** Connected again to a broker that had no session of it, and not subscribed since; -1: no. */
  deafSince = -1
  /** What the program is busy with: a publication's number, or -1. */
  busy = -1
  busySince = 0
  busySent = 0
  checked = false
  silent = false
  bootAt: number
  pingAt = Number.POSITIVE_INFINITY
  lookAt = 0
  readonly outboxes: Outbox[]
  readonly turns: number[] = []
  got: Map<number, Tracker> | null = null

  constructor(device: FleetDevice, group: number, i: number, bootAt: number, outboxes: Outbox[]) {
    this.device = device
    this.group = group
    this.i = i
    this.bootAt = bootAt
    this.outboxes = outboxes
  }
}
