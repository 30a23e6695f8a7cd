// The devices of one shard, and whoever tells them what is due: switches them on as they arrive, gives
// an idle device its next message, looks after what has come, and measures all of it from the moment
// for which it was meant. Time here is the fleet's clock, in ms; reports are in ms of the run.

import {
  type Ending,
  Fleet,
  type FleetDevice,
  type FleetHost,
  fleetDevice,
  type Instruction,
  type Options,
  type Outcome,
  type Program,
  type PythonError,
  Sources,
} from '../../emulators/index.ts'
import { arrivalTime, type FleetPlan, isInShare, type Publication, STAMP_BYTES } from '../plan/index.ts'
import type { FleetOrder } from '../steps/index.ts'
import { type Books, bookNumber, type DeviceBook, gotBook, SEQ_AN_ATTEMPT, type SentBook, Tracker } from './ledger.ts'
import { CONNECTED, CONNECTING, ENDED, Member, OFF, type Outbox, type State } from './member.ts'
import { Meter } from './meter.ts'
import { Numbering } from './numbering.ts'
import type { ShardJob } from './protocol.ts'
import { type Address, Role } from './role.ts'
import { readStamp, type Stamp, stampText, writeStamp } from './stamp.ts'

export interface CrewSettings {
  readonly plan: FleetPlan
  readonly seed: number
  readonly brokers: readonly Address[]
  /** By the library's names; for all devices. */
  readonly credentials: Options
  readonly tls: ShardJob['tls']
  readonly shard: number
  readonly shards: number
  readonly window: number
  /** From 0: a shard whose worker died is begun again, and its messages are told from those of the time before. */
  readonly attempt: number
  /** Local addresses that connections come from; empty: the kernel chooses. */
  readonly addresses: readonly string[]
  /** A few devices reach the broker by a way of their own (through a link). */
  readonly detours: Readonly<Record<number, Address>>
  readonly onBug: (error: unknown) => void
}

export interface CrewStatus {
  /** ms of the run. */
  readonly at: number
  /** By group: how many are in each state. */
  readonly states: readonly (readonly number[])[]
  readonly totals: readonly number[]
  /** Messages that wait for an acknowledgement. */
  readonly busy: number
  readonly reconnects: readonly number[]
  readonly connecting: { readonly queued: number; readonly inFlight: number }
}

/** More times of messages than that are not kept (8 bytes each). */
const MOST_TIMES = 5_000_000
/** The heartbeat by which the shard measures its own lag and counts states; ms. */
const BEAT = 10
/** A library that does not mind an end of file is asked again after this time; ms. */
const ASK_AGAIN = 1000

export class FleetCrew implements FleetHost {
  readonly meter: Meter
  readonly #settings: CrewSettings
  readonly #numbering: Numbering
  readonly #fleet: Fleet
  readonly #members: Member[] = []
  readonly #roles: readonly Role[]
  readonly #counts: number[][]
  readonly #reconnects: number[]
  readonly #stamp: Stamp = { stream: 0, seq: 0, intended: 0, delay: 0 }
  #epoch = 0
  #times = 0
  #busy = 0

  constructor(settings: CrewSettings) {
    const { plan, seed, shard, shards, window, addresses } = settings
    this.#settings = settings
    this.#numbering = new Numbering(plan)
    this.meter = new Meter(plan.groups.length)
    this.#fleet = new Fleet({ host: this, seed, window, sources: new Sources(addresses, shard, shards) })
    this.#counts = plan.groups.map(() => [0, 0, 0, 0])
    this.#reconnects = plan.groups.map(() => 0)
    const crew = {
      detour: (device: FleetDevice) => {
        const { group, i } = this.#members[device.index]!
        return settings.detours[this.#numbering.device(group, i)] ?? null
      },
      numberOf: (device: FleetDevice) => this.#members[device.index]!.i,
      heard: (device: FleetDevice, payload: Uint8Array) => this.#heard(this.#members[device.index]!, payload),
      subscribed: (device: FleetDevice) => this.#subscribed(this.#members[device.index]!),
    }
    this.#roles = plan.groups.map((group) => new Role(group, settings, crew))
    for (const [g, group] of plan.groups.entries())
      for (let i = 0; i < group.count; i++) {
        const number = this.#numbering.device(g, i)
        if (number % shards !== shard) continue
        const device = this.#fleet.add(this.#members.length, number)
        const topics = this.#roles[g]!.topics(i)
        const outboxes = topics.map((topic, k) => this.#outbox(g, i, k, topic))
        this.#members.push(new Member(device, g, i, arrivalTime(group.arrival, i), outboxes))
        this.#counts[g]![OFF]!++
      }
  }

  get size(): number {
    return this.#members.length
  }

  /** The run begins at `epoch` (the fleet's clock), and devices begin to arrive `from` ms after it. */
  start(epoch: number, from: number): void {
    this.#epoch = epoch
    for (const member of this.#members) {
      member.bootAt += epoch + from
      this.#fleet.at(member.device, member.bootAt)
    }
    const beat = {
      due: Number.POSITIVE_INFINITY,
      fire: (now: number) => {
        this.#beat(now)
        this.#fleet.at(beat, Math.max(now, this.#next(now)))
      },
    }
    this.#fleet.at(beat, epoch + from)
  }

  #next(now: number): number {
    return this.#epoch + (Math.floor((now - this.#epoch) / BEAT) + 1) * BEAT
  }

  phase(name: string, at: number): void {
    this.meter.phase(name, at)
  }

  order({ group: name, share, what }: FleetOrder): void {
    const group = this.#numbering.groups.findIndex((g) => g.name === name)
    for (const member of this.#members) {
      if (member.group !== group || !isInShare(member.i, share)) continue
      switch (what.kind) {
        case 'power':
          if (what.state !== 'on') this.#switchOff(member)
          if (what.state !== 'off') this.#switchOn(member)
          break
        case 'network':
          if (what.state === 'up') this.#fleet.setNetwork(member.device, 'up', null)
          else this.#cut(member, what.mode)
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

  status(): CrewStatus {
    return {
      at: this.#fleet.now() - this.#epoch,
      states: this.#counts.map((counts) => [...counts]),
      totals: [...this.meter.totals],
      busy: this.#busy,
      reconnects: [...this.#reconnects],
      connecting: { queued: this.#fleet.window.queued, inFlight: this.#fleet.window.inFlight },
    }
  }

  books(): Books {
    const sent: SentBook[] = []
    const devices: DeviceBook[] = []
    for (const member of this.#members) {
      for (const [k, box] of member.outboxes.entries()) {
        if (box.sent === 0 || !this.#publication(member, k).tracked) continue
        const { stream, times } = box
        const unconfirmed = [...(box.unconfirmed ?? [])]
        // What is still under way may or may not have arrived.
        if (member.busy === k) unconfirmed.push(box.sent - 1)
        sent.push({ book: bookNumber(stream, this.#settings.attempt), sent: box.sent, unconfirmed, times })
      }
      const got = [...(member.got ?? [])].map(([book, tracker]) => gotBook(book, tracker))
      devices.push({
        device: this.#numbering.device(member.group, member.i),
        subscribedAt: member.subscribedAt < 0 ? null : member.subscribedAt,
        deafSince: member.deafSince < 0 ? null : member.deafSince,
        turns: member.turns,
        got,
      })
    }
    return { sent, devices }
  }

  close(): void {
    this.#fleet.close()
  }

  // What the fleet asks and tells.

  program(device: FleetDevice): Program<void> {
    return fleetDevice(this.#roles[this.#members[device.index]!.group]!, device)
  }

  next(device: FleetDevice, now: number): Instruction | null {
    const member = this.#members[device.index]!
    const role = this.#roles[member.group]!
    // Turn about, so that a flood of messages does not keep it from publishing.
    if (!member.checked && device.readable && this.#mayLook(member, now)) {
      member.checked = true
      const { socket } = device
      if (socket !== null && socket.unread === 0) socket.noticed = true
      return role.check
    }
    member.checked = false
    for (const [k, box] of member.outboxes.entries())
      if (box.waiting > 0) return this.#publish(member, role, k, box, now)
    if (now >= member.pingAt) {
      member.pingAt = now + this.#numbering.groups[member.group]!.ping!
      this.#arm(member)
      if (role.ping !== null) return role.ping
    }
    if (device.readable && this.#mayLook(member, now)) return role.check
    return null
  }

  onTime(device: FleetDevice, now: number): void {
    const member = this.#members[device.index]!
    if (member.bootAt <= now) {
      this.#boot(member, member.bootAt)
      return
    }
    for (const [k, box] of member.outboxes.entries()) this.#becomeDue(member, k, box, now)
    const { socket } = device
    // Nobody minded the end of file: the program looks again, as its loop would.
    if (socket?.noticed && now >= member.lookAt) socket.noticed = false
    this.#arm(member)
    this.#fleet.wake(device)
  }

  onOutcome(device: FleetDevice, id: string, outcome: Outcome, now: number): void {
    const member = this.#members[device.index]!
    const at = now - this.#epoch
    if (outcome.kind === 'raised') this.#error(member, outcome.error, at)
    if (device.socket?.noticed) {
      member.lookAt = now + ASK_AGAIN
      this.#arm(member)
    }
    if (id !== 'publish') return
    const k = member.busy
    const box = member.outboxes[k]!
    member.busy = -1
    this.#busy--
    const intended = member.busySince - this.#epoch
    if (outcome.kind === 'raised') {
      box.unconfirmed ??= []
      box.unconfirmed.push(box.sent - 1)
      this.meter.count('messages_failed', member.group, at)
    } else if (this.#publication(member, k).qos === 1) {
      this.meter.count('messages_acked', member.group, at)
      this.meter.time('publish_ack_time', member.group, intended, now - member.busySince)
      this.meter.time('publish_ack_time_sent', member.group, intended, now - member.busySent)
    }
  }

  onEnd(device: FleetDevice, ending: Ending, now: number): void {
    const member = this.#members[device.index]!
    if (ending.kind === 'raised') this.#error(member, ending.error, now - this.#epoch)
    this.#abandon(member)
    this.#become(member, ENDED)
    const { resetAfter } = this.#numbering.groups[member.group]!
    member.bootAt = resetAfter === null ? Number.POSITIVE_INFINITY : now + resetAfter
    this.#arm(member)
  }

  onReset(device: FleetDevice, now: number): void {
    const member = this.#members[device.index]!
    this.#abandon(member)
    this.#become(member, CONNECTING)
    member.bootAt = now
    this.#arm(member)
  }

  onLateness(late: number, now: number): void {
    this.meter.time('generator_lag', 0, now - this.#epoch, late)
  }

  onConnectCall(device: FleetDevice, now: number): void {
    const member = this.#members[device.index]!
    if (member.wantedAt === 0) member.wantedAt = now
  }

  onConnecting(device: FleetDevice, now: number): void {
    const member = this.#members[device.index]!
    member.synAt = now
    this.meter.count('connect_attempts', member.group, now - this.#epoch)
  }

  onFailed(device: FleetDevice, errno: string, now: number): void {
    const member = this.#members[device.index]!
    if (member.connectedOnce) member.wantedAt = 0
    this.meter.count('connect_failures', member.group, now - this.#epoch)
    this.meter.error(`connect: ${errno}`)
  }

  onConnack(device: FleetDevice, code: number, present: boolean, now: number): void {
    const member = this.#members[device.index]!
    const { group } = member
    const at = now - this.#epoch
    if (code !== 0) {
      this.meter.count('connect_failures', group, at)
      this.meter.error(`CONNACK ${code}`)
      return
    }
    this.meter.count('connects', group, at)
    this.meter.time('connect_time', group, member.wantedAt - this.#epoch, now - member.wantedAt)
    this.meter.time('connect_time_sent', group, member.synAt - this.#epoch, now - member.synAt)
    if (member.connectedOnce) {
      if (!present && member.subscribedAt >= 0 && member.deafSince < 0) member.deafSince = at
      this.meter.count('reconnects', group, at)
      this.#reconnects[group]!++
      if (member.lostAt > 0) this.meter.time('recovery_time', group, member.lostAt - this.#epoch, now - member.lostAt)
    }
    member.connectedOnce = true
    member.wantedAt = 0
    member.lostAt = 0
    member.turns.push(Math.round(at))
    this.#become(member, CONNECTED)
  }

  onLost(device: FleetDevice, now: number): void {
    const member = this.#members[device.index]!
    if (member.state !== CONNECTED) return
    const at = now - this.#epoch
    member.lostAt = now
    member.turns.push(Math.round(at))
    this.meter.count('disconnects', member.group, at)
    this.#become(member, CONNECTING)
  }

  secure(device: FleetDevice): object | undefined {
    const member = this.#members[device.index]!
    return this.#roles[member.group]!.secure(member.i)
  }

  onBug(error: unknown): void {
    this.#settings.onBug(error)
  }

  // Inside.

  #publication(member: Member, k: number): Publication {
    return this.#numbering.groups[member.group]!.publications[k]!
  }

  #outbox(group: number, i: number, k: number, topic: Uint8Array): Outbox {
    return {
      stream: this.#numbering.stream(group, i, k),
      topic: new Uint8Array(topic),
      due: Number.POSITIVE_INFINITY,
      waiting: 0,
      sent: 0,
      times: null,
      unconfirmed: null,
    }
  }

  #boot(member: Member, intended: number): void {
    const { device } = member
    const group = this.#numbering.groups[member.group]!
    member.bootAt = Number.POSITIVE_INFINITY
    if (member.away) return
    // A program that has ended leaves its sockets open, and a reset takes them without a word.
    if (device.main !== null || member.state === ENDED) this.#fleet.halt(device, 'reset')
    member.wantedAt = intended
    if (group.ping !== null) member.pingAt = intended + group.ping
    for (const [k, box] of member.outboxes.entries())
      if (box.due === Number.POSITIVE_INFINITY && !member.silent && box.sent < group.publications[k]!.times)
        box.due = intended + device.draw() * group.publications[k]!.every
    this.#become(member, CONNECTING)
    this.#arm(member)
    this.#fleet.boot(device)
  }

  #switchOff(member: Member): void {
    const { device } = member
    if (member.away) return
    member.away = true
    this.#fleet.halt(device, 'power')
    this.#abandon(member)
    member.bootAt = Number.POSITIVE_INFINITY
    member.pingAt = Number.POSITIVE_INFINITY
    member.lostAt = 0
    for (const box of member.outboxes) {
      box.due = Number.POSITIVE_INFINITY
      box.waiting = 0
    }
    this.#become(member, OFF)
  }

  #switchOn(member: Member): void {
    if (!member.away && member.state !== ENDED) return
    member.away = false
    this.#boot(member, this.#fleet.now())
  }

  #cut(member: Member, mode: 'close' | 'reset' | 'blackhole' | 'refuse'): void {
    const { device } = member
    if (mode === 'blackhole' || mode === 'refuse') this.#fleet.setNetwork(device, mode, null)
    else this.#fleet.setNetwork(device, 'down', mode)
  }

  #publishing(member: Member, on: boolean): void {
    if (member.silent !== on) return
    member.silent = !on
    const now = this.#fleet.now()
    for (const [k, box] of member.outboxes.entries()) {
      const { every, times } = this.#publication(member, k)
      box.waiting = 0
      box.due = on && box.sent < times ? now + member.device.draw() * every : Number.POSITIVE_INFINITY
    }
    this.#arm(member)
  }

  /** Moves on to the next moment of this publication; what the device could not begin in between is skipped. */
  #becomeDue(member: Member, k: number, box: Outbox, now: number): void {
    const { every, jitter, times } = this.#publication(member, k)
    while (box.due <= now) {
      if (box.waiting === 0) box.waiting = box.due
      else this.meter.count('messages_skipped', member.group, box.due - this.#epoch)
      const planned = box.sent + (box.waiting > 0 ? 1 : 0)
      const interval = jitter === 0 ? every : every * (1 + jitter * (2 * member.device.draw() - 1))
      box.due = planned >= times ? Number.POSITIVE_INFINITY : box.due + Math.max(0.001, interval)
    }
  }

  #publish(member: Member, role: Role, k: number, box: Outbox, now: number): Instruction {
    const publication = this.#publication(member, k)
    const intended = box.waiting
    const seq = box.sent++
    box.waiting = 0
    member.busy = k
    member.busySince = intended
    member.busySent = now
    this.#busy++
    const at = intended - this.#epoch
    this.meter.count('messages_published', member.group, now - this.#epoch)
    if (publication.tracked) this.#note(box, now - this.#epoch)
    const stamped = seq + this.#settings.attempt * SEQ_AN_ATTEMPT
    const payload = this.#payload(publication, member, box.stream, stamped, Math.max(0, at), now - intended)
    return role.publish[k]!.fill(box.topic, payload)
  }

  #note(box: Outbox, at: number): void {
    if (this.#times >= MOST_TIMES) {
      box.times = null
      return
    }
    if (box.sent > 1 && box.times === null) return
    this.#times++
    box.times ??= []
    box.times.push(Math.round(at))
  }

  #payload(p: Publication, member: Member, stream: number, seq: number, at: number, delay: number): Uint8Array {
    const [intended, late] = [Math.round(at * 1000), Math.max(0, Math.round(delay * 1000))]
    if (p.size !== null) {
      const bytes = Buffer.allocUnsafe(p.size).fill(FILLER)
      if (p.tracked) writeStamp(bytes, 0, stream, seq, intended, late)
      return bytes
    }
    const { device } = member
    return p.payload({
      i: member.i,
      seq: seq % SEQ_AN_ATTEMPT,
      get random() {
        return device.draw()
      },
      now: Date.now(),
      stamp: p.tracked ? stampText(stream, seq, intended, late) : null,
    })
  }

  #heard(member: Member, payload: Uint8Array): void {
    const now = this.#fleet.now()
    const at = now - this.#epoch
    this.meter.count('messages_received', member.group, at)
    const stamp = this.#stamp
    if (payload.length < STAMP_BYTES || !readStamp(payload, stamp)) return
    const group = this.#numbering.groupOfStream(stamp.stream)
    const intended = stamp.intended / 1000
    const took = at - intended
    this.meter.time('end_to_end_time', group, intended, took)
    this.meter.time('end_to_end_time_sent', group, intended, took - stamp.delay / 1000)
    member.got ??= new Map()
    const attempt = Math.floor(stamp.seq / SEQ_AN_ATTEMPT)
    const book = bookNumber(stamp.stream, attempt)
    let tracker = member.got.get(book)
    if (tracker === undefined) {
      tracker = new Tracker()
      member.got.set(book, tracker)
    }
    tracker.take(stamp.seq - attempt * SEQ_AN_ATTEMPT, took > this.#numbering.groups[group]!.lateAfter)
  }

  #subscribed(member: Member): void {
    if (member.subscribedAt < 0) member.subscribedAt = this.#fleet.now() - this.#epoch
    member.deafSince = -1
  }

  /** Between two looks `poll` passes. */
  #mayLook(member: Member, now: number): boolean {
    const { poll } = this.#numbering.groups[member.group]!
    if (poll === 0) return true
    if (now >= member.lookAt) {
      member.lookAt = now + poll
      return true
    }
    this.#arm(member)
    return false
  }

  #error(member: Member, error: PythonError, at: number): void {
    const [first] = error.args
    this.meter.count('program_errors', member.group, at)
    this.meter.error(typeof first === 'string' || typeof first === 'number' ? `${error.type}: ${first}` : error.type)
  }

  /** Its program is gone in the middle of what it did. */
  #abandon(member: Member): void {
    if (member.busy < 0) return
    const box = member.outboxes[member.busy]!
    box.unconfirmed ??= []
    box.unconfirmed.push(box.sent - 1)
    member.busy = -1
    this.#busy--
  }

  #become(member: Member, state: State): void {
    const counts = this.#counts[member.group]!
    counts[member.state]!--
    counts[state]!++
    member.state = state
  }

  #arm(member: Member): void {
    const now = this.#fleet.now()
    let due = member.bootAt
    // A ping that is due already goes out when the program has time for it.
    if (member.pingAt < due && member.pingAt > now) due = member.pingAt
    for (const box of member.outboxes) if (box.due < due) due = box.due
    const looks = member.device.readable || member.device.socket?.noticed === true
    if (looks && member.lookAt < due && member.lookAt > now) due = member.lookAt
    this.#fleet.at(member.device, due)
  }

  #beat(now: number): void {
    const at = now - this.#epoch
    for (const [group, counts] of this.#counts.entries()) this.meter.states(group, counts, at)
  }
}

const FILLER = 0x2e
