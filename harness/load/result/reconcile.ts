// The books of all shards made up: which messages should have reached whom, which did not, and whether
// the run knows why. A message is lost for a reason when its publisher's or its receiver's connection
// was gone around the time it was sent; any other loss is nobody's but the broker's.

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
import { Numbering } from '../shard/numbering.ts'
import { TopicTree } from './topic-tree.ts'

/** What was sent so shortly before a connection ended may have gone down with it; ms. */
const BEFORE_LOSS = 2000
/** What was sent so shortly after it was there again may have come too early; ms. */
const AFTER_RETURN = 1000
const MOST_FIRST = 20

interface Receiver {
  readonly device: number
  readonly qos: number
}

interface Totals {
  expected: number
  lost: number
  unexplained: number
  duplicated: number
}

export function settle(plan: FleetPlan, all: readonly DeliveryLedger[]): LedgerResult {
  const numbering = new Numbering(plan)
  const members = memberCache(plan, numbering)
  const devices = new Map(all.flatMap((books) => books.devices.map((book) => [book.device, book] as const)))
  const tree = subscriptions(numbering, devices, members)
  const got = new Map<number, Map<number, GotBook>>()
  for (const book of devices.values())
    if (book.got.length > 0) got.set(book.device, new Map(book.got.map((g) => [g.book, g])))

  const byQos = new Map<number, Totals>()
  const reasons: Record<string, number> = {}
  const first: LedgerEntry[] = []
  const sum = { expected: 0, arrived: 0, lost: 0, unexplained: 0, duplicated: 0, reordered: 0, late: 0, unconfirmed: 0 }
  for (const books of all)
    for (const sent of books.sent) {
      const { group, i, publication } = numbering.streamOf(streamOfBook(sent.book))
      const { qos: level } = numbering.groups[group]!.publications[publication]!
      const topic = members(numbering.device(group, i)).topics[publication]!
      sum.unconfirmed += sent.unconfirmed.length
      const from = numbering.device(group, i)
      for (const receiver of tree.find(topic)) {
        const qos = Math.min(level, receiver.qos)
        const of = byQos.get(qos) ?? { expected: 0, lost: 0, unexplained: 0, duplicated: 0 }
        byQos.set(qos, of)
        const book = devices.get(receiver.device)
        const entry = got.get(receiver.device)?.get(sent.book)
        const tell = (kind: LedgerEntry['kind'], seq: number, why?: string): void => {
          if (first.filter((f) => f.kind === kind).length >= MOST_FIRST) return
          const to = members(receiver.device).clientId
          first.push({ kind, from: members(from).clientId, to, topic, seq, qos, ...(why === undefined ? {} : { why }) })
        }
        const missing = missingOf(sent, entry)
        const due = dueOf(sent, book)
        const lost = missing.filter((seq) => seq >= due.from && !due.unconfirmed.has(seq))
        // One that arrived although it was sent before the subscription was granted counts, too.
        const expected = sent.sent - (missing.length - lost.length)
        sum.expected += expected
        of.expected += expected
        sum.arrived += expected - lost.length
        for (const seq of lost) {
          const why = reasonOf(sent.times?.[seq], devices.get(from), book)
          sum.lost++
          of.lost++
          reasons[why ?? 'none known'] = (reasons[why ?? 'none known'] ?? 0) + 1
          if (why === null) {
            sum.unexplained++
            of.unexplained++
          }
          tell('lost', seq, why ?? undefined)
        }
        if (entry === undefined) continue
        sum.duplicated += entry.duplicated
        of.duplicated += entry.duplicated
        sum.reordered += entry.reordered
        sum.late += entry.late
        for (const [kind, seq] of entry.first.slice(0, MAX_LISTED_LOSSES)) tell(kind, seq)
      }
    }
  return {
    ...sum,
    byQos: [...byQos].sort(([a], [b]) => a - b).map(([qos, totals]) => ({ qos, ...totals })),
    reasons,
    first: first.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)),
  }
}

const KINDS: readonly LedgerEntry['kind'][] = ['lost', 'duplicated', 'reordered', 'late']

/** A member is made when it is asked for; the books ask for the same few again and again, or for each once. */
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

function subscriptions(
  numbering: Numbering,
  devices: ReadonlyMap<number, DeviceLedger>,
  members: (device: number) => FleetMember,
): TopicTree<Receiver> {
  const tree = new TopicTree<Receiver>()
  for (const [group, { subscribes, count }] of numbering.groups.entries())
    for (let i = 0; subscribes > 0 && i < count; i++) {
      const device = numbering.device(group, i)
      // One that was never granted its subscriptions receives nothing that it should.
      if (devices.get(device)?.subscribedAt == null) continue
      for (const { topic, qos } of members(device).subscribe) tree.add(topic, { device, qos })
    }
  return tree
}

function missingOf(sent: SentBook, got: GotBook | undefined): number[] {
  const missing = got === undefined ? [] : [...got.missing]
  for (let seq = (got?.top ?? -1) + 1; seq < sent.sent; seq++) missing.push(seq)
  return missing
}

interface Due {
  /** The first that was sent after the receiver had its subscription. */
  readonly from: number
  readonly unconfirmed: ReadonlySet<number>
}

function dueOf({ times, unconfirmed, sent }: SentBook, receiver: DeviceLedger | undefined): Due {
  const since = receiver?.subscribedAt ?? 0
  let from = 0
  if (times !== null) while (from < sent && times[from]! <= since) from++
  return { from, unconfirmed: new Set(unconfirmed) }
}

function reasonOf(
  at: number | undefined,
  publisher: DeviceLedger | undefined,
  receiver: DeviceLedger | undefined,
): string | null {
  if (at === undefined) return 'when it was sent is not known'
  if (receiver?.deafSince != null && at >= receiver.deafSince) return 'the receiver came back without its subscriptions'
  if (gone(receiver, at)) return 'the receiver had no connection'
  if (gone(publisher, at)) return 'the publisher lost its connection'
  return null
}

/** Whether the device had no connection at that time, or lost it right after. */
function gone(book: DeviceLedger | undefined, at: number): boolean {
  if (book === undefined) return true
  const { turns } = book
  for (let k = 0; k < turns.length; k += 2) {
    const up = turns[k]! + (k === 0 ? 0 : AFTER_RETURN)
    const down = (turns[k + 1] ?? Number.POSITIVE_INFINITY) - BEFORE_LOSS
    if (at >= up && at <= down) return false
    if (k === 0 && at < turns[0]!) return true
  }
  return true
}
