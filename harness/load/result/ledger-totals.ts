// The sums of the ledger: of all messages, by QoS and by group, with the first few of each kind by name.

import type { LedgerCounts, LedgerEntry, LedgerResult } from '../../run/index.ts'

/** Listed by name, of each kind. */
const MOST_LISTED = 20
const KINDS: readonly LedgerEntry['kind'][] = ['lost', 'duplicated', 'reordered', 'late']
const NO_REASON = 'none known'

type Counts = { -readonly [K in keyof LedgerCounts]: number }

const none = (): Counts => ({ expected: 0, arrived: 0, lost: 0, unexplained: 0, duplicated: 0, reordered: 0, late: 0 })

export class LedgerTotals {
  unconfirmed = 0
  readonly #all = none()
  readonly #byQos = new Map<number, Counts>()
  readonly #groups: readonly { readonly name: string; readonly counts: Counts }[]
  readonly #reasons: Record<string, number> = {}
  readonly #first: LedgerEntry[] = []

  constructor(groups: readonly string[]) {
    this.#groups = groups.map((name) => ({ name, counts: none() }))
  }

  /** Of one stream at one target. `lost`: the reason of each that was lost, or null. */
  count(expected: number, lost: readonly (string | null)[], qos: number, groups: ReadonlySet<number>): void {
    const unexplained = lost.filter((why) => why === null).length
    for (const counts of this.#concerned(qos, groups)) {
      counts.expected += expected
      counts.arrived += expected - lost.length
      counts.lost += lost.length
      counts.unexplained += unexplained
    }
    for (const why of lost) this.#reasons[why ?? NO_REASON] = (this.#reasons[why ?? NO_REASON] ?? 0) + 1
  }

  odd(more: Pick<LedgerCounts, 'duplicated' | 'reordered' | 'late'>, qos: number, groups: ReadonlySet<number>): void {
    for (const counts of this.#concerned(qos, groups)) {
      counts.duplicated += more.duplicated
      counts.reordered += more.reordered
      counts.late += more.late
    }
  }

  hasRoom(kind: LedgerEntry['kind']): boolean {
    return this.#first.filter((entry) => entry.kind === kind).length < MOST_LISTED
  }

  tell(entry: LedgerEntry): void {
    this.#first.push(entry)
  }

  result(): LedgerResult {
    return {
      ...this.#all,
      unconfirmed: this.unconfirmed,
      groups: Object.fromEntries(this.#groups.map(({ name, counts }) => [name, counts])),
      byQos: [...this.#byQos]
        .sort(([a], [b]) => a - b)
        .map(([qos, { expected, lost, unexplained, duplicated }]) => ({
          qos,
          expected,
          lost,
          unexplained,
          duplicated,
        })),
      reasons: this.#reasons,
      first: this.#first.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)),
    }
  }

  #concerned(qos: number, groups: ReadonlySet<number>): Counts[] {
    let ofQos = this.#byQos.get(qos)
    if (ofQos === undefined) {
      ofQos = none()
      this.#byQos.set(qos, ofQos)
    }
    return [this.#all, ofQos, ...[...groups].map((group) => this.#groups[group]!.counts)]
  }
}
