// The messages that devices get: each that carries a stamp is measured and entered in the receiver's book of its
// sender's stream.

import { STAMP_BYTES } from '../plan/index.ts'
import { bookNumber, type DeviceBook, gotBook, SEQ_AN_ATTEMPT, Tracker } from './ledger.ts'
import type { Member } from './member.ts'
import type { Shift } from './shift.ts'
import { readStamp, type Stamp } from './stamp.ts'

export class Incoming {
  readonly #shift: Shift
  readonly #stamp: Stamp = { stream: 0, seq: 0, intended: 0, delay: 0 }

  constructor(shift: Shift) {
    this.#shift = shift
  }

  /** `at`: ms of the run. */
  heard(member: Member, payload: Uint8Array, at: number): void {
    const { meter, numbering } = this.#shift
    meter.count('messages_received', member.group, at)
    const stamp = this.#stamp
    if (payload.length < STAMP_BYTES || !readStamp(payload, stamp)) return
    const group = numbering.groupOfStream(stamp.stream)
    const intended = stamp.intended / 1000
    const took = at - intended
    meter.time('end_to_end_time', group, intended, took)
    meter.time('end_to_end_time_sent', group, intended, took - stamp.delay / 1000)
    const attempt = Math.floor(stamp.seq / SEQ_AN_ATTEMPT)
    const tracker = trackerOf(member, bookNumber(stamp.stream, attempt))
    tracker.take(stamp.seq - attempt * SEQ_AN_ATTEMPT, took > numbering.groups[group]!.lateAfter)
  }

  subscribed(member: Member, at: number): void {
    if (member.subscribedAt < 0) member.subscribedAt = at
    member.deafSince = -1
  }

  book(member: Member): DeviceBook {
    return {
      device: this.#shift.numbering.device(member.group, member.i),
      subscribedAt: member.subscribedAt < 0 ? null : member.subscribedAt,
      deafSince: member.deafSince < 0 ? null : member.deafSince,
      turns: member.turns,
      got: [...(member.got ?? [])].map(([book, tracker]) => gotBook(book, tracker)),
    }
  }
}

function trackerOf(member: Member, book: number): Tracker {
  member.got ??= new Map()
  let tracker = member.got.get(book)
  if (tracker === undefined) {
    tracker = new Tracker()
    member.got.set(book, tracker)
  }
  return tracker
}
