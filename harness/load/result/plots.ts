// load.json: what report.html draws of a fleet. Seconds and milliseconds there, as people read them.

import type { LoadData, LoadPlot } from '../../evidence/index.ts'
import type { LedgerCounts, LoadResult } from '../../run/index.ts'

export function plotsOf(result: LoadResult): LoadData {
  const { phases, slos, generator } = result
  const saturated =
    generator.why === null ? [] : [{ objective: 'the generator keeps up', status: 'inconclusive', got: generator.why }]
  return {
    schema: 'mqtt-hil/load',
    version: 1,
    phases: phases.map(({ name, from, to }) => ({ name, from: from / 1000, to: to / 1000 })),
    plots: [
      ...connectedByGroup(result),
      ...states(result),
      connects(result),
      rates(result),
      ...latencies(result),
      ...curves(result),
      machine(result),
    ].filter(({ series }) => series.length > 0),
    slo: [
      ...slos.map(({ statistic, metric, group, phase, bound, verdict, got }) => ({
        objective: `${metric}${group === null ? '' : ` of ${group}`}${phase === 'all' ? '' : ` in ${phase}`}: ${statistic} ${bound}`,
        status: verdict,
        got,
      })),
      ...saturated,
    ],
    times: timesOf(result),
    ledger: ledgerOf(result),
  }
}

/** What can be compared at a glance: every group's devices in one plot. One group has its states, which say as much. */
function connectedByGroup(result: LoadResult): LoadPlot[] {
  const { groups, series } = result
  if (groups.length < 2) return []
  return [
    {
      title: 'connected devices, by group',
      unit: 'devices',
      times: secondsOf(result),
      series: groups.map(({ name, use }) => ({
        name: use === name ? name : `${name} (${use})`,
        values: series.states[name]!.connected!,
      })),
    },
  ]
}

function timesOf({ times }: LoadResult): LoadData['times'] {
  const all = times.all ?? {}
  const known = Object.fromEntries<string>(LATENCIES)
  return Object.entries(all)
    .filter(([, { count }]) => count > 0)
    .map(([metric, { count, p50, p90, p99, p999, max }]) => {
      const base = metric.replace(/_sent$/, '')
      const name = known[base] === undefined ? metric.replaceAll('_', ' ') : known[base]
      return {
        name: base === metric ? name : name.replace('the intended moment', 'the send'),
        count,
        ...{ p50: p50 / 1000, p90: p90 / 1000, p99: p99 / 1000, p999: p999 / 1000, max: max / 1000 },
      }
    })
}

function ledgerOf({ ledger, counts }: LoadResult): LoadData['ledger'] {
  const sent = counts.all?.messages_published ?? 0
  if (sent === 0) return undefined
  const row = ({ expected, arrived, lost, duplicated, reordered, late }: LedgerCounts) => ({
    ...{ expected, arrived, lost, duplicated, reordered, late },
  })
  return {
    ...{ sent, total: row(ledger), unconfirmed: ledger.unconfirmed },
    groups: Object.entries(ledger.groups).map(([name, of]) => ({ name, ...row(of) })),
    reasons: Object.entries(ledger.reasons)
      .map(([why, count]) => ({ why, count }))
      .sort((a, b) => b.count - a.count),
  }
}

const secondsOf = ({ series }: LoadResult): number[] => series.at.map((ms) => ms / 1000)

const states = (result: LoadResult): LoadPlot[] =>
  Object.entries(result.series.states).map(([group, of]) => ({
    title: `devices of ${group}, by state`,
    unit: 'devices',
    detail: result.groups.length > 1,
    times: secondsOf(result),
    series: ['connected', 'connecting', 'disconnected', 'off', 'ended']
      .filter((state) => state === 'connected' || of[state]!.some((n) => n > 0))
      .map((name) => ({ name, values: of[name]! })),
  }))

/** Counts of a bucket as a rate. */
function perSecond({ series }: LoadResult, names: readonly (readonly [string, string])[]): LoadPlot['series'] {
  return names.flatMap(([name, label]) => {
    const list = series.counts[name] ?? []
    return list.some((n) => n > 0) ? [{ name: label, values: list.map((n) => (n * 1000) / series.bucket) }] : []
  })
}

/** A bucket is a tenth of a second: a storm is seen as it is. */
const connects = (result: LoadResult): LoadPlot => ({
  title: 'connects',
  unit: '1/s',
  times: secondsOf(result),
  series: perSecond(result, [
    ['connect_attempts', 'attempts'],
    ['connects', 'CONNACK'],
    ['connect_failures', 'failed'],
    ['disconnects', 'lost'],
  ]),
})

function rates(result: LoadResult): LoadPlot {
  const width = Math.max(1, Math.round(1000 / result.series.bucket))
  const all = perSecond(result, [
    ['messages_published', 'published'],
    ['messages_acked', 'acknowledged'],
    ['messages_received', 'received'],
    ['messages_skipped', 'skipped'],
  ])
  // Single messages in tenths of a second would be a hedge: the mean over a second is a rate.
  const smooth = (values: readonly (number | null)[]): number[] =>
    values.map((_, k) => {
      const part = values.slice(Math.max(0, k - width + 1), k + 1)
      return Math.round((part as number[]).reduce((a, b) => a + b, 0) / part.length)
    })
  return {
    title: 'messages',
    unit: '1/s',
    times: secondsOf(result),
    series: all.map(({ name, values }) => ({ name, values: smooth(values) })),
  }
}

const LATENCIES = [
  ['publish_ack_time', 'from the intended moment to PUBACK'],
  ['end_to_end_time', 'from the intended moment to the receiver'],
  ['connect_time', 'from the intended moment to CONNACK'],
] as const

function latencies({ series: { seconds } }: LoadResult): LoadPlot[] {
  const inMs = (list: readonly (number | null)[] = []): (number | null)[] =>
    list.map((us) => (us === null ? null : us / 1000))
  return LATENCIES.filter(([metric]) => seconds.p50[metric]?.some((us) => us !== null)).map(([metric, title]) => ({
    title,
    unit: 'ms',
    logarithmic: true,
    times: seconds.at.map((ms) => ms / 1000),
    series: [
      { name: 'p50', values: inMs(seconds.p50[metric]) },
      { name: 'p99', values: inMs(seconds.p99[metric]) },
      { name: 'p99 from the send', values: inMs(seconds.p99[`${metric}_sent`]) },
    ],
  }))
}

/** Each metric beside the view from the send, which forgets what waited. */
function curves({ series }: LoadResult): LoadPlot[] {
  return LATENCIES.flatMap(([metric, title]) => {
    const curve = series.curves[metric]
    if (curve === undefined || curve.length < 2) return []
    const nines = (percentile: number): number => -Math.log10(1 - Math.min(percentile, 99.99999) / 100)
    const points = curve.filter(([percentile]) => percentile < 100)
    const sent = series.curves[`${metric}_sent`] ?? []
    const at = (percentile: number): number | null => sent.find(([p]) => p >= percentile)?.[1] ?? null
    return [
      {
        title: `${title}: percentiles`,
        unit: 'ms',
        logarithmic: true,
        percentiles: true,
        times: points.map(([percentile]) => nines(percentile)),
        series: [
          { name: 'intended', values: points.map(([, us]) => us / 1000) },
          { name: 'sent', values: points.map(([percentile]) => inMilliseconds(at(percentile))) },
        ],
      },
    ]
  })
}

const inMilliseconds = (us: number | null): number | null => (us === null ? null : us / 1000)

function machine({ series: { seconds } }: LoadResult): LoadPlot {
  const broker = seconds.brokerCpu.some((cpu) => cpu !== null) ? [{ name: 'broker', values: seconds.brokerCpu }] : []
  return {
    title: 'CPU, in percent of a core',
    unit: '%',
    times: seconds.at.map((ms) => ms / 1000),
    series: [{ name: 'generator', values: seconds.generatorCpu }, ...broker],
  }
}
