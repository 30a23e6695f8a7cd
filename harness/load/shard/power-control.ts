// When devices are on: switched on as they arrive or as a step says, after a program has ended or asked for a reset.
// And when the fleet is to call for each: the first of all the moments that it waits for. Times are of the fleet's
// clock, in ms.

import type { Fleet } from '../../../emulators/index.ts'
import type { ConnectionStats } from './connection-stats.ts'
import { CONNECTING, type DeviceState, ENDED, OFF } from './device-state.ts'
import type { Outgoing } from './outgoing.ts'
import type { ShardContext } from './shard-context.ts'

const NEVER = Number.POSITIVE_INFINITY

export class PowerControl {
  readonly #shift: ShardContext
  readonly #fleet: Fleet
  readonly #connections: ConnectionStats
  readonly #outgoing: Outgoing

  constructor(shift: ShardContext, fleet: Fleet, connections: ConnectionStats, outgoing: Outgoing) {
    this.#shift = shift
    this.#fleet = fleet
    this.#connections = connections
    this.#outgoing = outgoing
  }

  /** `intended`: the moment for which it was meant; it may be past. */
  boot(member: DeviceState, intended: number): void {
    const { device } = member
    const { ping } = this.#shift.numbering.groups[member.group]!
    member.bootAt = NEVER
    if (member.away) return
    // A program that has ended leaves its sockets open, and a reset takes them without a word.
    if (device.main !== null || member.state === ENDED) this.#fleet.halt(device, 'reset')
    member.wantedAt = intended
    if (ping !== null) member.pingAt = intended + ping
    this.#outgoing.begin(member, intended)
    this.#connections.become(member, CONNECTING)
    this.arm(member)
    this.#fleet.boot(device)
  }

  /** A step switches it off: it stays off until a step switches it on. */
  off(member: DeviceState): void {
    if (member.away) return
    member.away = true
    this.#fleet.halt(member.device, 'power')
    this.#outgoing.abandon(member)
    member.bootAt = NEVER
    member.pingAt = NEVER
    member.lostAt = 0
    this.#outgoing.stop(member)
    this.#connections.become(member, OFF)
  }

  on(member: DeviceState): void {
    if (!member.away && member.state !== ENDED) return
    member.away = false
    this.boot(member, this.#fleet.now())
  }

  /** Its program has ended; some groups are reset some time after that. */
  ended(member: DeviceState, now: number): void {
    const { resetAfter } = this.#shift.numbering.groups[member.group]!
    this.#outgoing.abandon(member)
    this.#connections.become(member, ENDED)
    member.bootAt = resetAfter === null ? NEVER : now + resetAfter
    this.arm(member)
  }

  /** Its program has asked for a reset. */
  reset(member: DeviceState, now: number): void {
    this.#outgoing.abandon(member)
    this.#connections.become(member, CONNECTING)
    member.bootAt = now
    this.arm(member)
  }

  /** Has the fleet call at the next moment that the device waits for. */
  arm(member: DeviceState): void {
    const now = this.#fleet.now()
    let due = member.bootAt
    // A ping that is due already goes out when the program has time for it.
    if (member.pingAt < due && member.pingAt > now) due = member.pingAt
    for (const box of member.outboxes) if (box.due < due) due = box.due
    const looks = member.device.readable || member.device.socket?.noticed === true
    if (looks && member.lookAt < due && member.lookAt > now) due = member.lookAt
    this.#fleet.at(member.device, due)
  }
}
