// How the devices of a shard are connected: how many are in each state, and how long connecting and coming back took.
// Times that come in are of the fleet's clock, in ms.

import { CONNECTED, CONNECTING, type DeviceState, DISCONNECTED, OFF, type State } from './device-state.ts'
import type { ShardContext } from './shard-context.ts'

/** ms */
const UNANSWERED = 1000

export class ConnectionStats {
  readonly #shift: ShardContext
  readonly #states: number[][]
  readonly #reconnects: number[]

  constructor(shift: ShardContext) {
    this.#shift = shift
    this.#states = shift.numbering.groups.map(() => [0, 0, 0, 0, 0])
    this.#reconnects = shift.numbering.groups.map(() => 0)
  }

  /** By group: how many are in each state. */
  get states(): readonly (readonly number[])[] {
    return this.#states
  }

  /** By group. */
  get reconnects(): readonly number[] {
    return this.#reconnects
  }

  /** A device that is off. */
  enrol(member: DeviceState): void {
    this.#states[member.group]![OFF]!++
  }

  become(member: DeviceState, state: State): void {
    const counts = this.#states[member.group]!
    counts[member.state]!--
    counts[state]!++
    member.state = state
  }

  /** The program wants a connection. */
  called(member: DeviceState, now: number): void {
    if (member.wantedAt === 0) member.wantedAt = now
    if (member.state === DISCONNECTED) this.become(member, CONNECTING)
  }

  /** The SYN leaves. */
  begun(member: DeviceState, now: number): void {
    member.synAt = now
    this.#shift.meter.count('connect_attempts', member.group, now - this.#shift.epoch)
  }

  /** It was refused, or not answered. */
  failed(member: DeviceState, why: string, now: number): void {
    const { meter, epoch } = this.#shift
    member.synAt = 0
    if (member.connectedOnce) member.wantedAt = 0
    meter.count('connect_failures', member.group, now - epoch)
    meter.error(`connect: ${why}`)
  }

  acknowledged(member: DeviceState, code: number, sessionPresent: boolean, now: number): void {
    const { meter, epoch } = this.#shift
    const { group } = member
    const at = now - epoch
    if (code !== 0) {
      member.synAt = 0
      meter.count('connect_failures', group, at)
      meter.error(`CONNACK ${code}`)
      return
    }
    meter.count('connects', group, at)
    meter.time('connect_time', group, member.wantedAt - epoch, now - member.wantedAt)
    meter.time('connect_time_sent', group, member.synAt - epoch, now - member.synAt)
    if (member.connectedOnce) {
      if (!sessionPresent && member.subscribedAt >= 0 && member.deafSince < 0) member.deafSince = at
      meter.count('reconnects', group, at)
      this.#reconnects[group]!++
      if (member.lostAt > 0) meter.time('recovery_time', group, member.lostAt - epoch, now - member.lostAt)
    }
    member.connectedOnce = true
    member.synAt = 0
    member.wantedAt = 0
    member.lostAt = 0
    member.turns.push(Math.round(at))
    this.become(member, CONNECTED)
  }

  /** At the end: attempts that nobody has answered for a second. Libraries without a time limit never give them up. */
  unanswered(members: readonly DeviceState[], now: number): void {
    for (const member of members)
      if (member.state === CONNECTING && member.synAt > 0 && now - member.synAt >= UNANSWERED)
        this.failed(member, 'no answer', member.synAt)
  }

  lost(member: DeviceState, now: number): void {
    if (member.state !== CONNECTED) return
    const { meter, epoch } = this.#shift
    const at = now - epoch
    member.lostAt = now
    member.turns.push(Math.round(at))
    meter.count('disconnects', member.group, at)
    this.become(member, DISCONNECTED)
  }

  /** Notes how many are in each state now. */
  count(now: number): void {
    const at = now - this.#shift.epoch
    for (const [group, counts] of this.#states.entries()) this.#shift.meter.states(group, counts, at)
  }
}
