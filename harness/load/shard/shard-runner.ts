// The devices of one shard, and whoever tells them what is due: gives an idle device its next message, looks after
// what has come, does what steps order. Time here is the fleet's clock, in ms; reports are in ms of the run.

import {
  type CallOutcome,
  type Ending,
  Fleet,
  type FleetDevice,
  type FleetHost,
  fleetDevice,
  type Instruction,
  type Program,
  type PythonError,
  Sources,
} from '../../../emulators/index.ts'
import { arrivalTime, type FleetGroup } from '../../plan/index.ts'
import type { FleetStep } from '../../steps/index.ts'
import { ConnectionStats } from './connection-stats.ts'
import type { CrewSettings } from './crew-settings.ts'
import type { CrewStatus } from './crew-status.ts'
import { DeviceState } from './device-state.ts'
import { FirmwareWire } from './firmware-wire.ts'
import { GroupProgram } from './group-program.ts'
import { Incoming } from './incoming.ts'
import type { DeliveryLedger } from './ledger.ts'
import { BUCKET, Meter } from './meter.ts'
import { Numbering } from './numbering.ts'
import { Outgoing } from './outgoing.ts'
import { PowerControl } from './power-control.ts'
import { type FleetResidue, residueOf } from './residue.ts'
import type { ShardContext } from './shard-context.ts'
import { StepOrders } from './step-orders.ts'

/** The heartbeat by which the shard measures its own lag and counts states; ms. */
const BEAT = 10
/** A library that does not mind an end of file is asked again after this time; ms. */
const ASK_AGAIN = 1000

export class ShardRunner implements FleetHost {
  readonly #settings: CrewSettings
  readonly #shift: ShardContext
  readonly #fleet: Fleet
  readonly #members: DeviceState[] = []
  readonly #roles: readonly GroupProgram[]
  readonly #connections: ConnectionStats
  readonly #outgoing: Outgoing
  readonly #incoming: Incoming
  readonly #power: PowerControl
  readonly #orders: StepOrders
  readonly #firmware: FirmwareWire

  constructor(settings: CrewSettings) {
    const { plan, seed, shard, shards, window, addresses, clock } = settings
    const numbering = new Numbering(plan)
    this.#settings = settings
    this.#shift = {
      meter: new Meter(plan.groups.length),
      numbering,
      attempt: settings.attempt,
      key: settings.key,
      epoch: 0,
    }
    this.#connections = new ConnectionStats(this.#shift)
    this.#outgoing = new Outgoing(this.#shift)
    this.#incoming = new Incoming(this.#shift)
    this.#firmware = new FirmwareWire(this.#shift)
    this.#fleet = new Fleet({ host: this, seed, window, sources: new Sources(addresses, shard, shards), clock })
    this.#power = new PowerControl(this.#shift, this.#fleet, this.#connections, this.#outgoing)
    this.#orders = new StepOrders(this.#shift, this.#fleet, this.#members, this.#power, this.#outgoing)
    const crew = {
      detour: (device: FleetDevice) => settings.detours[this.#number(this.#memberOf(device))] ?? null,
      numberOf: (device: FleetDevice) => this.#memberOf(device).i,
      heard: (device: FleetDevice, payload: Uint8Array) =>
        this.#incoming.heard(this.#memberOf(device), payload, this.#fleet.now() - this.#shift.epoch),
      subscribed: (device: FleetDevice) =>
        this.#incoming.subscribed(this.#memberOf(device), this.#fleet.now() - this.#shift.epoch),
    }
    this.#roles = plan.groups.map((group) => new GroupProgram(group, settings, crew))
    for (const [g, group] of plan.groups.entries())
      for (let i = 0; i < group.count; i++) {
        const number = numbering.device(g, i)
        if (number % shards !== shard) continue
        const device = this.#fleet.add(this.#members.length, number)
        const topics = this.#roles[g]!.topics(i)
        const outboxes = topics.map((topic, k) => this.#outgoing.outbox(g, i, k, topic))
        const member = new DeviceState(device, g, i, arrivalTime(group.arrival, i), outboxes)
        this.#members.push(member)
        this.#connections.enrol(member)
      }
  }

  get meter(): Meter {
    return this.#shift.meter
  }

  get size(): number {
    return this.#members.length
  }

  /** The run begins at `epoch` (the fleet's clock), and devices begin to arrive `from` ms after it. */
  start(epoch: number, from: number): void {
    this.#shift.epoch = epoch
    for (const member of this.#members) {
      member.bootAt += epoch + from
      this.#fleet.at(member.device, member.bootAt)
    }
    const beat = {
      due: Number.POSITIVE_INFINITY,
      fire: (now: number) => {
        this.#connections.count(now)
        this.#fleet.at(beat, Math.max(now, this.#next(now)))
      },
    }
    this.#fleet.at(beat, epoch + from)
  }

  /** In virtual time there is no lag to be measured: once for each bucket is enough. */
  #next(now: number): number {
    const { epoch } = this.#shift
    const beat = this.#settings.clock === undefined ? BEAT : BUCKET
    return epoch + (Math.floor((now - epoch) / beat) + 1) * beat
  }

  phase(name: string, at: number): void {
    this.meter.phase(name, at)
  }

  order(step: FleetStep): void {
    this.#orders.order(step)
  }

  /** Nothing new is published; what is under way goes on. */
  quiet(): void {
    this.#orders.quiet()
  }

  /** The last look: what still waits for an answer is counted as what it is. */
  end(): void {
    this.#connections.unanswered(this.#members, this.#fleet.now())
  }

  status(): CrewStatus {
    return {
      at: this.#fleet.now() - this.#shift.epoch,
      states: this.#connections.states.map((counts) => [...counts]),
      totals: [...this.meter.totals],
      busy: this.#outgoing.busy,
      reconnects: [...this.#connections.reconnects],
      connecting: { queued: this.#fleet.window.queued, inFlight: this.#fleet.window.inFlight },
    }
  }

  residue(): FleetResidue {
    const { groups } = this.#shift.numbering
    return residueOf(
      this.#members,
      groups,
      (member) => this.#outgoing.retained(member),
      (member) => this.#firmware.left(member),
    )
  }

  books(): DeliveryLedger {
    return {
      sent: this.#members.flatMap((member) => this.#outgoing.books(member)),
      devices: this.#members.map((member) => this.#incoming.book(member)),
    }
  }

  close(): void {
    this.#fleet.close()
  }

  // What the fleet asks and tells.

  program(device: FleetDevice): Program<void> {
    const member = this.#memberOf(device)
    const role = this.#roles[member.group]!
    const own = role.firmware(device)
    return own === null ? fleetDevice(role, device) : this.#firmware.watch(member, own, () => this.#fleet.now())
  }

  next(device: FleetDevice, now: number): Instruction | null {
    const member = this.#memberOf(device)
    const role = this.#roles[member.group]!
    // Turn about, so that a flood of messages does not keep it from publishing.
    if (role.check !== null && !member.checked && device.readable && this.#mayLook(member, now)) {
      member.checked = true
      const { socket } = device
      if (socket !== null && socket.unread === 0) socket.noticed = true
      return role.check
    }
    member.checked = false
    const publish = this.#outgoing.take(member, role, now)
    if (publish !== null) return publish
    if (now >= member.pingAt) {
      member.pingAt = now + this.#groupOf(member).ping!
      this.#power.arm(member)
      if (role.ping !== null) return role.ping
    }
    if (role.check !== null && device.readable && this.#mayLook(member, now)) return role.check
    return null
  }

  onTime(device: FleetDevice, now: number): void {
    const member = this.#memberOf(device)
    if (member.bootAt <= now) {
      this.#power.boot(member, member.bootAt)
      return
    }
    this.#outgoing.advance(member, now)
    const { socket } = device
    // Nobody minded the end of file: the program looks again, as its loop would.
    if (socket?.noticed && now >= member.lookAt) socket.noticed = false
    this.#power.arm(member)
    this.#fleet.wake(device)
  }

  onOutcome(device: FleetDevice, id: string, outcome: CallOutcome, now: number): void {
    const member = this.#memberOf(device)
    if (outcome.kind === 'raised') this.#error(member, outcome.error, now)
    if (device.socket?.noticed) {
      member.lookAt = now + ASK_AGAIN
      this.#power.arm(member)
    }
    if (id === 'publish') this.#outgoing.settle(member, outcome.kind === 'raised', now)
  }

  onEnd(device: FleetDevice, ending: Ending, now: number): void {
    const member = this.#memberOf(device)
    if (ending.kind === 'raised') this.#error(member, ending.error, now)
    this.#power.ended(member, now)
  }

  onReset(device: FleetDevice, now: number): void {
    this.#power.reset(this.#memberOf(device), now)
  }

  onLateness(late: number, now: number): void {
    this.meter.time('generator_lag', 0, now - this.#shift.epoch, late)
  }

  onConnectCall(device: FleetDevice, now: number): void {
    this.#connections.called(this.#memberOf(device), now)
  }

  onConnecting(device: FleetDevice, now: number): void {
    this.#connections.begun(this.#memberOf(device), now)
  }

  onFailed(device: FleetDevice, errno: string, now: number): void {
    this.#connections.failed(this.#memberOf(device), errno, now)
  }

  onConnack(device: FleetDevice, code: number, sessionPresent: boolean, now: number): void {
    this.#connections.acknowledged(this.#memberOf(device), code, sessionPresent, now)
  }

  onLost(device: FleetDevice, now: number): void {
    this.#connections.lost(this.#memberOf(device), now)
  }

  macNumber(device: FleetDevice): number {
    return this.#number(this.#memberOf(device))
  }

  secure(device: FleetDevice): object | undefined {
    const member = this.#memberOf(device)
    return this.#roles[member.group]!.secure(member.i)
  }

  onBug(error: unknown): void {
    this.#settings.onBug(error)
  }

  // Inside.

  #memberOf(device: FleetDevice): DeviceState {
    return this.#members[device.index]!
  }

  #groupOf(member: DeviceState): FleetGroup {
    return this.#shift.numbering.groups[member.group]!
  }

  #number(member: DeviceState): number {
    return this.#shift.numbering.device(member.group, member.i)
  }

  /** Between two looks `poll` passes. */
  #mayLook(member: DeviceState, now: number): boolean {
    const { poll } = this.#groupOf(member)
    if (poll === 0) return true
    if (now >= member.lookAt) {
      member.lookAt = now + poll
      return true
    }
    this.#power.arm(member)
    return false
  }

  #error(member: DeviceState, error: PythonError, now: number): void {
    const [first] = error.args
    this.meter.count('program_errors', member.group, now - this.#shift.epoch)
    this.meter.error(typeof first === 'string' || typeof first === 'number' ? `${error.type}: ${first}` : error.type)
  }
}
