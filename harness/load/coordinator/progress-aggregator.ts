// Collects what shards tell while they run: how the groups stand, how fast things go, and the times of
// each second. A shard's newest word counts; what a lost one said last does not.

import type { Histogram } from 'hdr-histogram-js'
import type { Plan } from '../../plan/index.ts'
import { decodeHistogram, newHistogram } from '../result/histogram.ts'
import type { Second } from '../result/result.ts'
import { SERIES, STATES } from '../shard/meter.ts'
import type { LoadSnapshot } from '../watch/load-probe.ts'
import type { Progress } from './protocol.ts'
import { usageOf } from './system.ts'

export class ProgressAggregator {
  readonly seconds: (Second | undefined)[] = []
  readonly #plan: Plan
  readonly #latest: (Progress | null)[]
  readonly #errors: (Readonly<Record<string, number>> | null)[]
  readonly #cpu: number[]
  readonly #lost = new Set<number>()
  #totals: { readonly at: number; readonly totals: readonly number[] }[] = []
  #times: Record<string, { p50: number; p99: number }> = {}
  #broker: { readonly at: number; readonly cpu: number } | null = null
  #brokerCpu: number | null = null
  #generatorCpu = 0

  constructor(plan: Plan, shards: number) {
    this.#plan = plan
    this.#latest = Array.from({ length: shards }, () => null)
    this.#errors = Array.from({ length: shards }, () => null)
    this.#cpu = Array.from({ length: shards }, () => 0)
  }

  hear(shard: number, progress: Progress): void {
    this.#lost.delete(shard)
    this.#latest[shard] = progress
    if (progress.interval === undefined) return
    this.#errors[shard] = progress.errors ?? null
    const second = this.#second(progress.at)
    for (const [metric, text] of Object.entries(progress.interval)) {
      const into = second.times.get(metric) ?? newHistogram()
      into.add(decodeHistogram(text))
      second.times.set(metric, into)
    }
    second.cpu += Math.max(0, progress.cpu - this.#cpu[shard]!) * 100
    this.#cpu[shard] = progress.cpu
    this.#generatorCpu = this.seconds.at(-2)?.cpu ?? second.cpu
    this.#times = timesOf(this.seconds.at(-2) ?? second)
  }

  /** A shard is gone, and with it all that it said. */
  forget(shard: number): void {
    this.#lost.add(shard)
    this.#latest[shard] = null
    this.#cpu[shard] = 0
  }

  /** Once a second. */
  lookAtBroker(pid: number | null, at: number): void {
    const usage = pid === null ? null : usageOf(pid)
    if (usage === null) {
      this.#broker = null
      this.#brokerCpu = null
      return
    }
    const before = this.#broker
    this.#broker = { at, cpu: usage.cpu }
    // A broker that was started again counts from nothing.
    if (before === null || usage.cpu < before.cpu || at <= before.at) return
    this.#brokerCpu = ((usage.cpu - before.cpu) / ((at - before.at) / 1000)) * 100
    this.#second(at).broker = { cpu: this.#brokerCpu, memory: usage.memory }
  }

  /** The moment of the oldest word of all shards; -Infinity while one has said nothing. */
  get asOf(): number {
    return Math.min(
      ...this.#latest.map((p, k) => p?.at ?? (this.#lost.has(k) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)),
    )
  }

  /** Of a group: devices in each state. */
  states(group: number): Record<(typeof STATES)[number], number> {
    const sum = (k: number): number => this.#latest.reduce((n, progress) => n + (progress?.states[group]?.[k] ?? 0), 0)
    return Object.fromEntries(STATES.map((state, k) => [state, sum(k)])) as Record<(typeof STATES)[number], number>
  }

  reconnects(group: number): number {
    return this.#latest.reduce((sum, progress) => sum + (progress?.reconnects[group] ?? 0), 0)
  }

  /** Messages under way, and received so far. */
  get unsettled(): { readonly busy: number; readonly received: number } {
    const received = this.#sums()[SERIES.indexOf('messages_received')]!
    return { busy: this.#latest.reduce((sum, progress) => sum + (progress?.busy ?? 0), 0), received }
  }

  snapshot(at: number, phase: string, lost: number): LoadSnapshot {
    const totals = this.#sums()
    this.#totals = [...this.#totals.filter((t) => at - t.at <= 1300), { at, totals }]
    const first = this.#totals[0]!
    const span = Math.max(0.2, (at - first.at) / 1000)
    const named = (pick: (k: number) => number): Record<string, number> =>
      Object.fromEntries(SERIES.map((name, k) => [name, pick(k)]))
    const errors: Record<string, number> = {}
    for (const part of this.#errors)
      for (const [kind, n] of Object.entries(part ?? {})) errors[kind] = (errors[kind] ?? 0) + n
    return {
      at,
      phase,
      groups: this.#plan.fleet!.groups.map(({ name, count }, g) => {
        return { name, devices: count, ...this.states(g) }
      }),
      totals: named((k) => totals[k]!),
      rates: named((k) => (totals[k]! - first.totals[k]!) / span),
      times: this.#times,
      errors,
      connecting: {
        queued: this.#latest.reduce((sum, p) => sum + (p?.connecting.queued ?? 0), 0),
        inFlight: this.#latest.reduce((sum, p) => sum + (p?.connecting.inFlight ?? 0), 0),
      },
      generatorCpu: this.#generatorCpu,
      brokerCpu: this.#brokerCpu,
      shards: { total: this.#latest.length, lost },
    }
  }

  #sums(): number[] {
    return SERIES.map((_, k) => this.#latest.reduce((sum, progress) => sum + (progress?.totals[k] ?? 0), 0))
  }

  #second(at: number): Second {
    const s = Math.max(0, Math.floor(at / 1000))
    this.seconds[s] ??= { times: new Map<string, Histogram>(), cpu: 0, broker: null }
    return this.seconds[s]!
  }
}

function timesOf(second: Second): Record<string, { p50: number; p99: number }> {
  return Object.fromEntries(
    [...second.times].map(([metric, h]) => [
      metric,
      { p50: h.getValueAtPercentile(50), p99: h.getValueAtPercentile(99) },
    ]),
  )
}
