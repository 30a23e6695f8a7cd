// The ledgers of all shards put together: which messages should have reached whom, which did not, and whether the run
// knows why. A message is lost for a reason when its publisher's or its receiver's connection was gone around the time
// it was sent; any other loss is the broker's.
//
// Each subscription of a device that matches is a target, whose copy of the message is followed. Devices that share a
// subscription (`$share/GROUP/FILTER`) are one target: one of them is to get the message, whichever.

import { sharedSubscription } from '../../../emulators/index.ts'
import type { FleetMember, FleetPlan } from '../../plan/index.ts'
import type { LedgerEntry, LedgerResult } from '../../run/index.ts'
import {
  type DeliveryLedger,
  type DeviceLedger,
  type GotBook,
  MAX_LISTED_LOSSES,
  type SentBook,
  streamOfBook,
} from '../shard/ledger.ts'
import { type DeviceName, Numbering } from '../shard/numbering.ts'
import { LedgerTotals } from './ledger-totals.ts'
import { lossReason, type Peer } from './loss-reason.ts'
import { TopicTree } from './topic-tree.ts'

interface Receiver {
  readonly device: number
  readonly qos: number
}

/** One copy of a message is to arrive at one of its receivers. */
interface Target {
  readonly shared: boolean
  readonly receivers: Receiver[]
}

/** A stream of messages. */
interface Sent {
  readonly book: SentBook
  readonly from: number
  readonly sender: DeviceName
  readonly qos: number
  readonly sameTopic: boolean
  topicOf(seq: number): string
}

/** Those of a stream that have one topic; null: all of them. */
type Seqs = ReadonlySet<number> | null

export function reconcile(plan: FleetPlan, all: readonly DeliveryLedger[]): LedgerResult {
  return new Reconciliation(plan, all).result()
}

class Reconciliation {
  readonly #numbering: Numbering
  readonly #ledgers: readonly DeliveryLedger[]
  readonly #members: (device: number) => FleetMember
  readonly #devices: ReadonlyMap<number, DeviceLedger>
  /** By device, then book. */
  readonly #got = new Map<number, Map<number, GotBook>>()
  readonly #targets = new TopicTree<Target>()
  readonly #totals: LedgerTotals

  constructor(plan: FleetPlan, all: readonly DeliveryLedger[]) {
    this.#numbering = new Numbering(plan)
    this.#ledgers = all
    this.#members = memberCache(plan, this.#numbering)
    this.#devices = new Map(all.flatMap(({ devices }) => devices.map((ledger) => [ledger.device, ledger] as const)))
    for (const { device, got } of this.#devices.values())
      if (got.length > 0) this.#got.set(device, new Map(got.map((book) => [book.book, book])))
    this.#totals = new LedgerTotals(plan.groups.map((group) => group.name))
    this.#subscribe()
  }

  result(): LedgerResult {
    for (const { sent } of this.#ledgers)
      for (const book of sent) {
        this.#totals.unconfirmed += book.unconfirmed.length
        this.#follow(this.#sentOf(book))
      }
    return this.#totals.result()
  }

  #subscribe(): void {
    const shared = new Map<string, Target>()
    for (const [group, { subscribes, count }] of this.#numbering.groups.entries())
      for (let i = 0; subscribes > 0 && i < count; i++) {
        const device = this.#numbering.device(group, i)
        // One that was never granted its subscriptions receives nothing that it should.
        if (this.#devices.get(device)?.subscribedAt == null) continue
        for (const { topic, qos } of this.#members(device).subscribe) {
          const share = sharedSubscription(topic)
          const target = (share === null ? undefined : shared.get(topic)) ?? { shared: share !== null, receivers: [] }
          // A filter that a device names twice is one subscription [MQTT-3.8.4-3].
          if (target.receivers.at(-1)?.device === device) target.receivers.pop()
          target.receivers.push({ device, qos })
          if (target.receivers.length > 1 || shared.has(topic)) continue
          this.#targets.add(share?.filter ?? topic, target)
          if (share !== null) shared.set(topic, target)
        }
      }
  }

  #sentOf(book: SentBook): Sent {
    const sender = this.#numbering.streamOf(streamOfBook(book.book))
    const { group, i, publication } = sender
    const from = this.#numbering.device(group, i)
    const { qos, topic: own } = this.#numbering.groups[group]!.publications[publication]!
    const topic = this.#members(from).topics[publication]!
    const topicOf = own === null ? () => topic : (seq: number) => own({ i, seq, random: 0, now: 0 })
    return { book, from, sender, qos, sameTopic: own === null, topicOf }
  }

  #follow(sent: Sent): void {
    const receivers = new Map<number, Receiver>()
    for (const [topic, seqs] of partsOf(sent)) {
      const { single, shared } = this.#targetsOf(topic)
      for (const receiver of single) {
        const got = this.#got.get(receiver.device)?.get(sent.book.book)
        this.#count(sent, seqs, [receiver], missingFrom(sent.book, got))
      }
      const direct = new Set(single.map(({ device }) => device))
      for (const target of shared) this.#followShared(sent, seqs, target.receivers, direct)
      for (const receiver of [...shared.flatMap((target) => target.receivers), ...single])
        if (receiver.qos >= (receivers.get(receiver.device)?.qos ?? 0)) receivers.set(receiver.device, receiver)
    }
    for (const receiver of receivers.values()) this.#odd(sent, receiver)
  }

  /** `direct`: who is to get a copy of its own as well, so that one of two says nothing of this subscription. */
  #followShared(sent: Sent, seqs: Seqs, receivers: readonly Receiver[], direct: ReadonlySet<number>): void {
    const { book, sent: size } = sent.book
    const arrived = new Uint8Array(size)
    const copies = new Uint16Array(size)
    for (const { device } of receivers) {
      const got = this.#got.get(device)?.get(book)
      if (got === undefined) continue
      const missing = new Set(got.missing)
      for (let seq = 0; seq <= got.top && seq < size; seq++) {
        if (missing.has(seq)) continue
        arrived[seq] = 1
        if (!direct.has(device)) copies[seq]!++
      }
    }
    const missing: number[] = []
    for (const [seq, n] of arrived.entries()) if (n === 0) missing.push(seq)
    this.#count(sent, seqs, receivers, missing)
    for (const [seq, n] of copies.entries()) {
      if (n < 2 || !isOf(seqs, seq)) continue
      const more = { duplicated: n - 1, reordered: 0, late: 0 }
      this.#totals.odd(more, lowest(sent, receivers), this.#groupsOf(sent, receivers))
      this.#tell('duplicated', sent, receivers, seq)
    }
  }

  /** Each device once, with the highest QoS that it asked for: overlapping subscriptions are one. */
  #targetsOf(topic: string): { readonly single: readonly Receiver[]; readonly shared: readonly Target[] } {
    const single = new Map<number, Receiver>()
    const shared: Target[] = []
    for (const target of this.#targets.find(topic)) {
      if (target.shared) shared.push(target)
      else {
        const [receiver] = target.receivers
        if (receiver!.qos >= (single.get(receiver!.device)?.qos ?? 0)) single.set(receiver!.device, receiver!)
      }
    }
    return { single: [...single.values()], shared }
  }

  /** `missing`: what has not come, of the whole stream. */
  #count(sent: Sent, seqs: Seqs, receivers: readonly Receiver[], missing: readonly number[]): void {
    const { book, from } = sent
    const peers = receivers.map(({ device }) => this.#devices.get(device)!)
    const since = Math.min(...peers.map(({ subscribedAt }) => subscribedAt!))
    const unconfirmed = new Set(book.unconfirmed)
    const own = missing.filter((seq) => isOf(seqs, seq))
    const lost = own.filter((seq) => wasDue(book, seq, since) && !unconfirmed.has(seq))
    // One that arrived although it was sent before the subscription was granted counts, too.
    const expected = (seqs?.size ?? book.sent) - own.length + lost.length
    const qos = lowest(sent, receivers)
    const groups = this.#groupsOf(sent, receivers)
    const publisher: Peer | undefined = this.#devices.get(from)
    const whys = lost.map((seq) => lossReason(book.times?.[seq], publisher, peers))
    this.#totals.count(expected, whys, qos, groups)
    for (const [k, seq] of lost.entries()) this.#tell('lost', sent, receivers, seq, whys[k] ?? undefined)
  }

  /** What came twice, out of order or late at one receiver. */
  #odd(sent: Sent, receiver: Receiver): void {
    const got = this.#got.get(receiver.device)?.get(sent.book.book)
    if (got === undefined) return
    this.#totals.odd(got, Math.min(sent.qos, receiver.qos), this.#groupsOf(sent, [receiver]))
    for (const [kind, seq] of got.first.slice(0, MAX_LISTED_LOSSES)) this.#tell(kind, sent, [receiver], seq)
  }

  #groupsOf({ sender }: Sent, receivers: readonly Receiver[]): ReadonlySet<number> {
    return new Set([sender.group, ...receivers.map(({ device }) => this.#numbering.nameOf(device).group)])
  }

  #tell(kind: LedgerEntry['kind'], sent: Sent, receivers: readonly Receiver[], seq: number, why?: string): void {
    if (!this.#totals.hasRoom(kind)) return
    const [{ device }, ...others] = receivers as [Receiver, ...Receiver[]]
    const to = `${this.#members(device).clientId}${others.length === 0 ? '' : ` or ${others.length} others`}`
    const topic = sent.topicOf(seq)
    const from = this.#members(sent.from).clientId
    const qos = lowest(sent, receivers)
    this.#totals.tell({ kind, from, to, topic, seq, qos, ...(why === undefined ? {} : { why }) })
  }
}

const isOf = (seqs: Seqs, seq: number): boolean => seqs === null || seqs.has(seq)

/** By topic. */
function partsOf({ book, sameTopic, topicOf }: Sent): (readonly [topic: string, seqs: Seqs])[] {
  if (sameTopic) return [[topicOf(0), null]]
  const parts = new Map<string, Set<number>>()
  for (let seq = 0; seq < book.sent; seq++) {
    const topic = topicOf(seq)
    const seqs = parts.get(topic) ?? new Set()
    parts.set(topic, seqs.add(seq))
  }
  return [...parts]
}

/** The lowest QoS at which it may arrive [MQTT-3.8.4-6]. */
const lowest = ({ qos }: Sent, receivers: readonly Receiver[]): number =>
  Math.min(qos, ...receivers.map((receiver) => receiver.qos))

/** Whether it was sent after the subscription was granted; what it is not known of was. */
const wasDue = ({ times }: SentBook, seq: number, since: number): boolean => times === null || times[seq]! > since

function missingFrom({ sent }: SentBook, got: GotBook | undefined): number[] {
  const missing = (got?.missing ?? []).filter((seq) => seq < sent)
  for (let seq = (got?.top ?? -1) + 1; seq < sent; seq++) missing.push(seq)
  return missing
}

/** A member is made when it is asked for; the ledgers ask for the same few again and again, or for each once. */
function memberCache(plan: FleetPlan, numbering: Numbering): (device: number) => FleetMember {
  const made = new Map<number, FleetMember>()
  return (device) => {
    let member = made.get(device)
    if (member === undefined) {
      const { group, i } = numbering.nameOf(device)
      member = plan.groups[group]!.member(i)
      made.set(device, member)
    }
    return member
  }
}
