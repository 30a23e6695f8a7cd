// The ledger, naively: every message, every target and every receiver are looked at one by one, straight from what
// docs/load.md says. No sums, no trees, no cleverness: it is what reconcile.ts is held against.

import { matches } from '../../../emulators/index.ts'
import type { FleetPlan } from '../../plan/index.ts'
import type { DeliveryLedger, DeviceLedger } from '../shard/ledger.ts'

export interface NaiveCounts {
  expected: number
  arrived: number
  lost: number
  unexplained: number
  duplicated: number
  reordered: number
  late: number
}

export interface NaiveLedger extends NaiveCounts {
  unconfirmed: number
  groups: Record<string, NaiveCounts>
  byQos: Record<number, NaiveCounts>
  reasons: Record<string, number>
}

interface Subscriber {
  readonly device: number
  readonly group: string
  readonly qos: number
}

const zero = (): NaiveCounts => ({
  expected: 0,
  arrived: 0,
  lost: 0,
  unexplained: 0,
  duplicated: 0,
  reordered: 0,
  late: 0,
})

export function naiveLedger(plan: FleetPlan, ledgers: readonly DeliveryLedger[]): NaiveLedger {
  const all = {
    ...zero(),
    unconfirmed: 0,
    groups: Object.fromEntries(plan.groups.map(({ name }) => [name, zero()])),
    byQos: {} as Record<number, NaiveCounts>,
    reasons: {} as Record<string, number>,
  }
  const everyone = plan.groups.flatMap((group) =>
    Array.from({ length: group.count }, (_, i) => ({ group, i, member: group.member(i) })),
  )
  const streams = everyone.flatMap(({ group, i }, device) =>
    group.publications.map((publication, k) => ({ device, group, i, publication, k })),
  )
  const ledgerOf = (device: number): DeviceLedger | undefined =>
    ledgers.flatMap(({ devices }) => devices).find((one) => one.device === device)
  const add = (names: readonly string[], qos: number, what: Partial<NaiveCounts>): void => {
    all.byQos[qos] ??= zero()
    for (const counts of [all, all.byQos[qos], ...[...new Set(names)].map((name) => all.groups[name]!)])
      for (const [key, n] of Object.entries(what)) counts[key as keyof NaiveCounts] += n
  }
  for (const { sent: books } of ledgers)
    for (const { book, sent, times, unconfirmed } of books) {
      const { device: from, group, i, publication, k } = streams[book % 62 ** 5]!
      all.unconfirmed += unconfirmed.length
      const bookAt = (device: number) => ledgerOf(device)?.got.find((one) => one.book === book)
      const has = (device: number, seq: number): boolean => {
        const got = bookAt(device)
        return got !== undefined && seq <= got.top && !got.missing.includes(seq)
      }
      const heard = new Map<number, Subscriber>()
      for (let seq = 0; seq < sent; seq++) {
        const topic = publication.topic?.({ i, seq, random: 0, now: 0 }) ?? group.member(i).topics[k]!
        const { direct, shared } = targetsOf(topic)
        for (const one of [...shared.flat(), ...direct])
          if (one.qos >= (heard.get(one.device)?.qos ?? 0)) heard.set(one.device, one)
        for (const target of [...direct.map((one) => [one]), ...shared]) {
          const names = [group.name, ...target.map((one) => one.group)]
          const qos = Math.min(publication.qos, ...target.map((one) => one.qos))
          const arrived = target.filter((one) => has(one.device, seq))
          const at = times?.[seq]
          const granted = Math.min(...target.map((one) => ledgerOf(one.device)!.subscribedAt!))
          const due = (at === undefined || at > granted) && !unconfirmed.includes(seq)
          if (arrived.length > 0) add(names, qos, { expected: 1, arrived: 1 })
          else if (due) {
            const why = reason(
              at,
              ledgerOf(from),
              target.map((one) => ledgerOf(one.device)!),
            )
            add(names, qos, { expected: 1, lost: 1, unexplained: why === null ? 1 : 0 })
            all.reasons[why ?? 'none known'] = (all.reasons[why ?? 'none known'] ?? 0) + 1
          } else add(names, qos, {})
          // Of those that share, only one is to have it; who has a subscription of its own may have it from that.
          const alone = arrived.filter((one) => !direct.some((other) => other.device === one.device))
          if (shared.includes(target) && alone.length > 1) add(names, qos, { duplicated: alone.length - 1 })
        }
      }
      for (const { device, group: to, qos } of heard.values()) {
        const { duplicated, reordered, late } = bookAt(device) ?? { duplicated: 0, reordered: 0, late: 0 }
        if (bookAt(device) !== undefined)
          add([group.name, to], Math.min(publication.qos, qos), { duplicated, reordered, late })
      }
    }
  return all

  function targetsOf(topic: string): { direct: Subscriber[]; shared: Subscriber[][] } {
    const direct: Subscriber[] = []
    const shared = new Map<string, Subscriber[]>()
    for (const [device, { group, member }] of everyone.entries()) {
      if (ledgerOf(device)?.subscribedAt == null) continue
      const own = member.subscribe.filter((one) => !one.topic.startsWith('$share/') && matches(one.topic, topic))
      if (own.length > 0) direct.push({ device, group: group.name, qos: Math.max(...own.map((one) => one.qos)) })
      for (const one of member.subscribe) {
        if (!one.topic.startsWith('$share/') || !matches(one.topic.split('/').slice(2).join('/'), topic)) continue
        const others = (shared.get(one.topic) ?? []).filter((other) => other.device !== device)
        shared.set(one.topic, [...others, { device, group: group.name, qos: one.qos }])
      }
    }
    return { direct, shared: [...shared.values()] }
  }
}

function reason(
  at: number | undefined,
  publisher: DeviceLedger | undefined,
  receivers: readonly DeviceLedger[],
): string | null {
  if (at === undefined) return 'when it was sent is not known'
  if (receivers.some(({ deafSince }) => deafSince !== null && deafSince <= at))
    return 'the receiver came back without its subscriptions'
  if (!receivers.every((one) => wasThere(one, at))) return 'the receiver had no connection'
  return publisher !== undefined && wasThere(publisher, at) ? null : 'the publisher lost its connection'
}

/** Connected for a second, but for the first time, and for two more. */
function wasThere({ turns }: DeviceLedger, at: number): boolean {
  const connections = turns.flatMap((up, k) => (k % 2 === 0 ? [{ up, down: turns[k + 1] }] : []))
  return connections.some(
    ({ up, down }, k) => at - up >= (k === 0 ? 0 : 1000) && (down === undefined || down - at >= 2000),
  )
}
