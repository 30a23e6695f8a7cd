// The messages that devices send: when each is due, what it says, what became of it. A message is measured from the
// moment for which it was meant, also when its device could not begin it then. Times that come in are of the
// fleet's clock, in ms; what is reported and noted is in ms of the run.

import type { Instruction } from '../../../emulators/index.ts'
import type { MessageValues, Publication } from '../../plan/index.ts'
import type { DeviceState, Outbox } from './device-state.ts'
import type { GroupProgram } from './group-program.ts'
import { bookNumber, SEQ_AN_ATTEMPT, type SentBook } from './ledger.ts'
import { stampText, writeStamp } from './message-tag.ts'
import type { ShardContext } from './shard-context.ts'

/** More times of messages than that are not kept (8 bytes each). */
const MOST_TIMES = 5_000_000
const FILLER = 0x2e
const NEVER = Number.POSITIVE_INFINITY

export class Outgoing {
  readonly #shift: ShardContext
  #times = 0
  #busy = 0

  constructor(shift: ShardContext) {
    this.#shift = shift
  }

  /** Messages that wait for an acknowledgement. */
  get busy(): number {
    return this.#busy
  }

  outbox(group: number, i: number, k: number, topic: Uint8Array): Outbox {
    return {
      stream: this.#shift.numbering.stream(group, i, k),
      topic: new Uint8Array(topic),
      due: NEVER,
      waiting: 0,
      sent: 0,
      times: null,
      unconfirmed: null,
      retained: null,
    }
  }

  /** Sets the first moment of each publication that has none: somewhere in its interval, so that devices differ. */
  begin(member: DeviceState, from: number): void {
    for (const [k, box] of member.outboxes.entries()) {
      const { every, times } = this.#publication(member, k)
      if (box.due === NEVER && !member.silent && box.sent < times) box.due = from + member.device.draw() * every
    }
  }

  /** The device is off: nothing is due, nothing waits. */
  stop(member: DeviceState): void {
    for (const box of member.outboxes) {
      box.due = NEVER
      box.waiting = 0
    }
  }

  /** Whether it publishes at all; what is under way goes on. Tells whether that has changed. */
  toggle(member: DeviceState, on: boolean, now: number): boolean {
    if (member.silent !== on) return false
    member.silent = !on
    this.stop(member)
    if (on) this.begin(member, now)
    return true
  }

  /** Moves each publication on to its next moment; what the device could not begin in between is skipped. */
  advance(member: DeviceState, now: number): void {
    for (const [k, box] of member.outboxes.entries()) {
      const { every, jitter, times } = this.#publication(member, k)
      while (box.due <= now) {
        if (box.waiting === 0) box.waiting = box.due
        else this.#shift.meter.count('messages_skipped', member.group, box.due - this.#shift.epoch)
        const planned = box.sent + (box.waiting > 0 ? 1 : 0)
        const interval = jitter === 0 ? every : every * (1 + jitter * (2 * member.device.draw() - 1))
        box.due = planned >= times ? NEVER : box.due + Math.max(0.001, interval)
      }
    }
  }

  /** The call that publishes the first message that waits; null: none does. */
  take(member: DeviceState, role: GroupProgram, now: number): Instruction | null {
    for (const [k, box] of member.outboxes.entries())
      if (box.waiting > 0) return this.#publish(member, role, k, box, now)
    return null
  }

  /** The library has come back from publish. */
  settle(member: DeviceState, raised: boolean, now: number): void {
    const { meter, epoch } = this.#shift
    const { group, busy: k } = member
    const at = now - epoch
    const intended = member.busySince - epoch
    if (raised) this.abandon(member)
    else this.#release(member)
    if (raised) meter.count('messages_failed', group, at)
    else if (this.#publication(member, k).qos === 1) {
      meter.count('messages_acked', group, at)
      meter.time('publish_ack_time', group, intended, now - member.busySince)
      meter.time('publish_ack_time_sent', group, intended, now - member.busySent)
    }
  }

  /** Nobody knows what becomes of the message that is under way. */
  abandon(member: DeviceState): void {
    if (member.busy < 0) return
    const box = member.outboxes[member.busy]!
    box.unconfirmed ??= []
    box.unconfirmed.push(box.sent - 1)
    this.#release(member)
  }

  /** The topics that it has published to with retain. */
  retained(member: DeviceState): string[] {
    return member.outboxes.flatMap((box, k) => {
      const { retain, topic } = this.#publication(member, k)
      if (!retain || box.sent === 0) return []
      return topic === null ? [Buffer.from(box.topic).toString()] : [...(box.retained ?? [])]
    })
  }

  books(member: DeviceState): SentBook[] {
    return member.outboxes.flatMap((box, k) => {
      if (box.sent === 0 || !this.#publication(member, k).tracked) return []
      const { stream, sent, times } = box
      const unconfirmed = [...(box.unconfirmed ?? [])]
      // What is still under way may or may not have arrived.
      if (member.busy === k) unconfirmed.push(sent - 1)
      return [{ book: bookNumber(stream, this.#shift.attempt), sent, unconfirmed, times }]
    })
  }

  #publication(member: DeviceState, k: number): Publication {
    return this.#shift.numbering.groups[member.group]!.publications[k]!
  }

  #release(member: DeviceState): void {
    member.busy = -1
    this.#busy--
  }

  #publish(member: DeviceState, role: GroupProgram, k: number, box: Outbox, now: number): Instruction {
    const { meter, epoch, attempt } = this.#shift
    const publication = this.#publication(member, k)
    const intended = box.waiting
    const seq = box.sent++
    box.waiting = 0
    member.busy = k
    member.busySince = intended
    member.busySent = now
    this.#busy++
    meter.count('messages_published', member.group, now - epoch)
    if (publication.tracked) this.#note(box, now - epoch)
    const stamped = seq + attempt * SEQ_AN_ATTEMPT
    const topic = publication.topic === null ? box.topic : this.#ownTopic(publication, box, member, seq)
    const payload = this.#payload(
      publication,
      member,
      box.stream,
      stamped,
      Math.max(0, intended - epoch),
      now - intended,
    )
    return role.publish[k]!.fill(topic, payload)
  }

  /** Of this message alone. */
  #ownTopic({ topic, retain }: Publication, box: Outbox, member: DeviceState, seq: number): Uint8Array {
    const text = topic!(valuesOf(member, seq))
    if (retain) {
      box.retained ??= new Set()
      box.retained.add(text)
    }
    return Buffer.from(text)
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

  #payload(p: Publication, member: DeviceState, stream: number, seq: number, at: number, delay: number): Uint8Array {
    const [intended, late] = [Math.round(at * 1000), Math.max(0, Math.round(delay * 1000))]
    if (p.size !== null) {
      const bytes = Buffer.allocUnsafe(p.size).fill(FILLER)
      if (p.tracked) writeStamp(bytes, 0, this.#shift.key, stream, seq, intended, late)
      return bytes
    }
    const stamp = p.tracked ? stampText(this.#shift.key, stream, seq, intended, late) : null
    return p.payload(valuesOf(member, seq % SEQ_AN_ATTEMPT, stamp))
  }
}

function valuesOf({ i, device }: DeviceState, seq: number, stamp: string | null = null): MessageValues {
  return {
    i,
    seq,
    get random() {
      return device.draw()
    },
    now: Date.now(),
    stamp,
  }
}
