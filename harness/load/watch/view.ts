// The run of a fleet on a terminal: redrawn where that is possible, plain lines where it is not. At the
// end a table of what was measured, and of the bounds.

import { createLogUpdate } from 'log-update'
import { createColors } from 'picocolors'
import type { LoadResult } from '../../run/index.ts'
import { showBudget } from '../coordinator/budget.ts'
import type { LoadSnapshot, LoadWatcher } from './load-probe.ts'

type Colors = ReturnType<typeof createColors>

export interface ViewSettings {
  readonly print: (text: string) => void
  readonly color: boolean
  readonly live: boolean
  readonly width: number
  readonly stream?: NodeJS.WriteStream
}

/** Taken here: in virtual time another one stands in its place. */
const realNow = performance.now.bind(performance)
/** Between two looks passes so much real time; ms. */
const LOOK_EVERY = 100
/** Without a terminal a line stands duration; ms. */
const LINE_EVERY = 5000
const BAR = 30
const SHOWN_ERRORS = 4

export function loadView({ print, color, live, width, stream = process.stdout }: ViewSettings): LoadWatcher {
  const c = createColors(color)
  const redraw = live ? createLogUpdate(stream, { showCursor: true }) : null
  let nextLine = 0
  let shownAt = Number.NEGATIVE_INFINITY
  const permanent = (text: string): void => {
    redraw?.clear()
    print(`${text}\n`)
  }
  return {
    onBegin({ name, devices, seed, budget, isVirtual }) {
      permanent(
        `${c.bold(name)}\n  ${number(devices)} devices, seed ${seed}${budget === null ? '' : `; ${showBudget(budget)}`}${isVirtual ? '; virtual time, in which the broker takes none' : ''}`,
      )
    },
    onPhase(name, at) {
      permanent(c.dim(`  ${clock(at)}  ${name}`))
    },
    onNote(text) {
      permanent(c.yellow(`  ! ${text}`))
    },
    onSnapshot(snapshot) {
      const now = realNow()
      if (now - shownAt < LOOK_EVERY) return
      shownAt = now
      if (redraw !== null) redraw(draw(snapshot, c, width))
      else if (snapshot.at >= nextLine) {
        nextLine = snapshot.at + LINE_EVERY
        print(`  ${line(snapshot)}\n`)
      }
    },
    onResult(result) {
      redraw?.clear()
      redraw?.done()
      print(`${table(result, c)}\n`)
    },
  }
}

function draw(s: LoadSnapshot, c: Colors, width: number): string {
  const lines = [`  ${clock(s.at)}  ${c.bold(s.phase)}`]
  for (const g of s.groups) {
    const share = g.connected / Math.max(1, g.devices)
    const full = Math.round(share * BAR)
    const bar = `${c.green('█'.repeat(full))}${c.dim('░'.repeat(BAR - full))}`
    const others = [
      [g.connecting, 'connecting'],
      [g.disconnected, 'disconnected'],
      [g.off, 'off'],
      [g.ended, 'ended'],
    ] as const
    const rest = others.filter(([n]) => n > 0).map(([n, word]) => `${number(n)} ${word}`)
    lines.push(
      `  ${g.name.padEnd(12)} ${bar} ${percent(share)} of ${number(g.devices)}${rest.length > 0 ? `  ${rest.join(', ')}` : ''}`,
    )
  }
  lines.push(`  ${ratesOf(s)}`)
  for (const [metric, { p50, p99 }] of Object.entries(s.times))
    lines.push(c.dim(`  ${metric.padEnd(24)} p50 ${time(p50).padStart(8)}   p99 ${time(p99).padStart(8)}`))
  const errors = errorsOf(s.errors)
  if (errors !== '') lines.push(c.red(`  ${errors}`))
  const broker = s.brokerCpu === null ? '' : `, broker ${s.brokerCpu.toFixed(0)} % CPU`
  const waiting = s.connecting.queued > 0 ? `, ${number(s.connecting.queued)} wait to connect` : ''
  lines.push(c.dim(`  generator ${s.generatorCpu.toFixed(0)} % CPU${broker}${waiting}`))
  return lines.map((text) => cut(text, width)).join('\n')
}

function line(s: LoadSnapshot): string {
  const groups = s.groups.map((g) => `${g.name} ${number(g.connected)}/${number(g.devices)}`).join(', ')
  const ack = s.times.publish_ack_time ?? s.times.end_to_end_time ?? s.times.connect_time
  const errors = errorsOf(s.errors)
  return `${clock(s.at)} ${s.phase}: ${groups} connected; ${ratesOf(s)}${ack === undefined ? '' : `; p99 ${time(ack.p99)}`}${errors === '' ? '' : `; ${errors}`}`
}

const RATES = [
  ['connect_attempts', 'connects'],
  ['messages_published', 'published'],
  ['messages_acked', 'acked'],
  ['messages_received', 'received'],
] as const

const ratesOf = ({ rates }: LoadSnapshot): string =>
  RATES.map(([name, word]) => `${number(Math.round(rates[name] ?? 0))} ${word}/s`).join('  ')

function errorsOf(errors: Readonly<Record<string, number>>): string {
  const all = Object.entries(errors).sort(([, a], [, b]) => b - a)
  const shown = all.slice(0, SHOWN_ERRORS).map(([kind, n]) => `${number(n)} x ${kind}`)
  return [...shown, ...(all.length > SHOWN_ERRORS ? [`${all.length - SHOWN_ERRORS} other kinds`] : [])].join(', ')
}

/** What was measured, the ledger, and the bounds. */
export function table(result: LoadResult, c: Colors): string {
  const { times, ledger, counts, slos, system, generator } = result
  const lines: string[] = ['']
  lines.push(
    `  ${'time from the intended moment'.padEnd(32)}${['p50', 'p90', 'p99', 'p99.9', 'max', 'samples'].map((h) => h.padStart(10)).join('')}`,
  )
  for (const [metric, p] of Object.entries(times.all ?? {}))
    lines.push(
      `  ${metric.padEnd(32)}${[p.p50, p.p90, p.p99, p.p999, p.max].map((us) => time(us).padStart(10)).join('')}${number(p.count).padStart(10)}`,
    )
  const all = counts.all ?? {}
  lines.push('')
  lines.push(
    `  connects ${number(all.connects ?? 0)} (${number(all.reconnects ?? 0)} again, ${number(all.connect_failures ?? 0)} failed), ` +
      `published ${number(all.messages_published ?? 0)}, acked ${number(all.messages_acked ?? 0)}, received ${number(all.messages_received ?? 0)}` +
      `${all.messages_skipped ? `, skipped ${number(all.messages_skipped)}` : ''}`,
  )
  if (ledger.expected > 0) {
    lines.push(
      `  ledger: ${number(ledger.arrived)} of ${number(ledger.expected)} arrived; lost ${number(ledger.lost)}, duplicated ${number(ledger.duplicated)}, reordered ${number(ledger.reordered)}, late ${number(ledger.late)}`,
    )
    for (const [why, n] of Object.entries(ledger.reasons)) lines.push(c.dim(`    ${number(n)} lost: ${why}`))
    for (const { kind, from, to, topic, seq, qos } of ledger.first.filter((f) => f.why === undefined).slice(0, 5))
      lines.push(`    ${kind}: message ${seq} of ${from} on ${topic} to ${to} at QoS ${qos}`)
  }
  const errors = errorsOf(result.errors)
  if (errors !== '') lines.push(`  errors: ${errors}`)
  if (system.kernel !== null && system.kernel.synRetransmits + system.kernel.listenOverflows > 0)
    lines.push(
      `  kernel: ${system.kernel.synRetransmits} SYN sent again, ${system.kernel.listenOverflows} overflows of an accept queue`,
    )
  if (system.broker !== null)
    lines.push(
      c.dim(`  broker: ${system.broker.cpu} % CPU on average, ${Math.round(system.broker.memory / 2 ** 20)} MB`),
    )
  for (const [k, shard] of result.shards.entries())
    if (!shard.complete || shard.attempts > 1)
      lines.push(
        c.yellow(
          `  shard ${k + 1} (${shard.where}): ${shard.complete ? `begun ${shard.attempts} times` : 'lost (excluded from the result)'}`,
        ),
      )
  if (slos.length > 0) lines.push('')
  for (const slo of slos) {
    const mark = slo.verdict === 'pass' ? c.green('✓') : slo.verdict === 'fail' ? c.red('✗') : c.yellow('?')
    const what = `${slo.statistic} of ${slo.metric}${slo.group === null ? '' : ` of ${slo.group}`}`
    lines.push(`  ${mark} ${what.padEnd(36)} ${slo.phase.padEnd(12)} ${slo.bound.padEnd(14)} ${slo.got}`)
  }
  if (generator.why !== null) lines.push(c.yellow(`  ? ${generator.why}`))
  return lines.join('\n')
}

/** µs. */
export function time(us: number): string {
  if (us < 1000) return `${us} µs`
  if (us < 1_000_000) return `${(us / 1000).toFixed(us < 10_000 ? 2 : 1)} ms`
  return `${(us / 1_000_000).toFixed(2)} s`
}

const number = (n: number): string => n.toLocaleString('en-US')
const percent = (share: number): string => `${(Math.floor(share * 1000) / 10).toFixed(1)} %`.padStart(7)

function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  return `${String(Math.floor(s / 60)).padStart(2, '0')}:${String(s % 60).padStart(2, '0')}`
}

const ESCAPE = String.fromCharCode(27)
const COLOR = new RegExp(`(${ESCAPE}\\[[0-9;]*m)`)

/** To the terminal's width; colours count for nothing. */
function cut(text: string, width: number): string {
  let seen = 0
  let out = ''
  for (const part of text.split(COLOR)) {
    if (part.startsWith(ESCAPE)) out += part
    else {
      const room = Math.max(0, width - 1 - seen)
      out += part.slice(0, room)
      seen += Math.min(part.length, room)
    }
  }
  return out
}
