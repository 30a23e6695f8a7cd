// The messages that devices get: each that carries a stamp is measured and entered in the receiver's book of its
// sender's stream.

import { STAMP_BYTES } from '../../plan/index.ts'
import type { DeviceState } from './device-state.ts'
import { bookNumber, type DeviceLedger, gotBook, SEQ_AN_ATTEMPT, Tracker } from './ledger.ts'
import { type MessageTag, readStamp } from './message-tag.ts'
import type { ShardContext } from './shard-context.ts'

export class Incoming {
  readonly #shift: ShardContext
  readonly #stamp: MessageTag = { stream: 0, seq: 0, intended: 0, delay: 0 }

  constructor(shift: ShardContext) {
    this.#shift = shift
  }

  /** `at`: ms of the run. */
  heard(member: DeviceState, payload: Uint8Array, at: number): void {
    const { meter, numbering, key } = this.#shift
    meter.count('messages_received', member.group, at)
    const stamp = this.#stamp
    if (payload.length < STAMP_BYTES || !readStamp(payload, key, stamp)) return
    if (stamp.stream >= numbering.streams) return
    const group = numbering.groupOfStream(stamp.stream)
    const intended = stamp.intended / 1000
    const took = at - intended
    meter.time('end_to_end_time', group, intended, took)
    meter.time('end_to_end_time_sent', group, intended, took - stamp.delay / 1000)
    const attempt = Math.floor(stamp.seq / SEQ_AN_ATTEMPT)
    const tracker = trackerOf(member, bookNumber(stamp.stream, attempt))
    tracker.take(stamp.seq - attempt * SEQ_AN_ATTEMPT, took > numbering.groups[group]!.lateAfter)
  }

  subscribed(member: DeviceState, at: number): void {
    if (member.subscribedAt < 0) member.subscribedAt = at
    member.deafSince = -1
  }

  book(member: DeviceState): DeviceLedger {
    return {
      device: this.#shift.numbering.device(member.group, member.i),
      subscribedAt: member.subscribedAt < 0 ? null : member.subscribedAt,
      deafSince: member.deafSince < 0 ? null : member.deafSince,
      turns: member.turns,
      got: [...(member.got ?? [])].map(([book, tracker]) => gotBook(book, tracker)),
    }
  }
}

function trackerOf(member: DeviceState, book: number): Tracker {
  member.got ??= new Map()
  let tracker = member.got.get(book)
  if (tracker === undefined) {
    tracker = new Tracker()
    member.got.set(book, tracker)
  }
  return tracker
}
