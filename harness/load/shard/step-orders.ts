// What steps of the scenario order of devices of the shard: their power, their network, whether they publish.

import type { Fleet } from '../../../emulators/index.ts'
import { isInShare } from '../../plan/index.ts'
import type { FleetStep } from '../../steps/index.ts'
import type { DeviceState } from './device-state.ts'
import type { Outgoing } from './outgoing.ts'
import type { PowerControl } from './power-control.ts'
import type { ShardContext } from './shard-context.ts'

export class StepOrders {
  readonly #shift: ShardContext
  readonly #fleet: Fleet
  readonly #members: readonly DeviceState[]
  readonly #power: PowerControl
  readonly #outgoing: Outgoing

  /** `members` may still grow. */
  constructor(
    shift: ShardContext,
    fleet: Fleet,
    members: readonly DeviceState[],
    power: PowerControl,
    outgoing: Outgoing,
  ) {
    this.#shift = shift
    this.#fleet = fleet
    this.#members = members
    this.#power = power
    this.#outgoing = outgoing
  }

  order({ group: name, share, what }: FleetStep): void {
    const group = this.#shift.numbering.groups.findIndex((g) => g.name === name)
    for (const member of this.#members) {
      if (member.group !== group || !isInShare(member.i, share)) continue
      switch (what.kind) {
        case 'power':
          if (what.state !== 'on') this.#power.off(member)
          if (what.state !== 'off') this.#power.on(member)
          break
        case 'network':
          this.#network(member, what.state === 'up' ? 'up' : what.mode)
          break
        case 'publishing':
          this.#publishing(member, what.on)
      }
    }
  }

  /** Nothing new is published; what is under way goes on. */
  quiet(): void {
    for (const member of this.#members) this.#publishing(member, false)
  }

  #network(member: DeviceState, mode: 'up' | 'close' | 'reset' | 'blackhole' | 'refuse'): void {
    const ends = mode === 'close' || mode === 'reset'
    this.#fleet.setNetwork(member.device, ends ? 'down' : mode, ends ? mode : null)
  }

  #publishing(member: DeviceState, on: boolean): void {
    if (this.#outgoing.toggle(member, on, this.#fleet.now())) this.#power.arm(member)
  }
}
