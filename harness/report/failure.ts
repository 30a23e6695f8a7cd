// A claim that did not hold, in the shape of a diagnostic: its line in the scenario, what was
// expected, what came instead, and the few events that decided it.

import { createColors } from 'picocolors'
import type { Place } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import { describe } from '../expect/index.ts'
import type { Verdict } from '../judge/index.ts'
import { visible } from '../outside/index.ts'
import { type Plan, stepAt } from '../plan/index.ts'
import { decisive, type ScenarioRun, statementsOf } from '../run/index.ts'
import { clipText, renderDiagnostic } from '../scenario/index.ts'

/** What stands before a line of the scenario: its number, in a frame. */
const GUTTER = 10

/**
 * Everything that is wrong with a run, ready to print; empty when nothing is. `width`: of the terminal, so that lines of
 * the scenario are clipped and not wrapped. `several`: the run is one of a suite on several brokers, so its broker is named.
 */
export function renderFailure(run: ScenarioRun, color: boolean, width?: number, several = false): string {
  const cells = { several, ...(width === undefined ? {} : { width: Math.max(40, width - GUTTER) }) }
  const parts = decisive(run).map((verdict) => renderVerdict(verdict, run, color, cells))
  const trouble = renderTrouble(run, color, cells)
  if (trouble !== '') parts.push(trouble)
  return parts.join('\n')
}

interface Cells {
  readonly width?: number
  readonly several: boolean
}

function renderVerdict(verdict: Verdict, run: ScenarioRun, color: boolean, cells: Cells): string {
  const inconclusive = verdict.kind === 'inconclusive'
  const head = renderDiagnostic(
    {
      code: inconclusive ? 'claim/inconclusive' : 'claim/failed',
      message: clipText(verdict.title),
      at: verdict.place,
      severity: inconclusive ? 'warning' : 'error',
    },
    run.plan.text,
    {
      ...(cells.width === undefined ? {} : { width: cells.width }),
      color,
      label: inconclusive ? 'inconclusive' : 'failed',
    },
  )
  return [head.trimEnd(), ...onBroker(run, cells), ...explained(verdict, run, color), ''].join('\n')
}

/** The broker and its version, where there are several. */
const onBroker = ({ broker }: ScenarioRun, { several }: Cells): string[] =>
  several ? [`  on: ${`${broker.name} ${broker.version}`.trim()}`] : []

/** What was expected, what came, and the few events that decided it, a line each. */
export function explained(verdict: Verdict, run: Pick<ScenarioRun, 'plan' | 'events'>, color: boolean): string[] {
  const c = createColors(color)
  const broken =
    verdict.kind === 'inconclusive' ? [] : statementsOf(verdict, run).filter((id) => id.startsWith('MQTT-'))
  const { variant } = run.plan
  return [
    ...(variant === '' ? [] : [`  with: ${visible(variant)}`]),
    ...aboutOf(run.plan, c.dim),
    ...turns(verdict.step).map((turn) => `  ${turn}`),
    `  ${c.green('expected')}: ${visible(verdict.expected)}`,
    `  ${c.red('got')}: ${visible(verdict.got)}`,
    ...neverConnected(verdict, run.events),
    ...(broken.length === 0 ? [] : [`  violates: ${broken.join(', ')}`]),
    ...renderEvents(verdict, run.events, c.dim),
  ]
}

/** A call that raised on a device without a connection tells the library's own words; this says what they mean. */
function neverConnected(verdict: Verdict, events: readonly Event[]): string[] {
  const raised = verdict.evidence.map((seq) => events[seq]).find((e) => e?.kind === 'call' && e.state === 'raised')
  if (raised?.kind !== 'call' || raised.method === 'connect') return []
  const { device, seq, method } = raised
  const connected = events
    .slice(0, seq)
    .some((e) => (e.kind === 'packet' || e.kind === 'socket') && e.device === device)
  return connected
    ? []
    : [`  note: ${device} had not connected before ${method}(); connect: ${device} is the step for it`]
}

/** Why the scenario is there, in its own words. */
const aboutOf = ({ description }: Plan, dim: (text: string) => string): string[] =>
  description === null ? [] : [`  ${dim('about:')} ${clipText(visible(description).trim().replace(/\s+/g, ' '), 400)}`]

/** The turn of each `repeat` that a step's path stands in: `turn: 3 (i = 2)`. */
const turns = (path: string): string[] =>
  [...path.matchAll(/#(\d+)/g)].map(([, i]) => `turn: ${Number(i) + 1} (i = ${i})`)

/** Deciding events are marked; the others are what stood around them. */
function renderEvents(verdict: Verdict, events: readonly Event[], dim: (text: string) => string): string[] {
  const seqs = [...new Set([...verdict.evidence.slice(-4), ...verdict.nearby])].sort((a, b) => a - b)
  const lines = seqs.flatMap((seq) => {
    const event = events[seq]
    if (event === undefined) return []
    const line = visible(describe(event))
    return verdict.evidence.includes(seq) ? `  ▶ ${line}` : dim(`    ${line}`)
  })
  return lines.length === 0 ? [] : ['  events:', ...lines]
}

function renderTrouble(run: ScenarioRun, color: boolean, cells: Cells): string {
  const { problem, bug, plan } = run
  if (bug !== undefined) {
    const stack = bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)
    return `${renderDiagnostic({ code: 'internal/bug', message: `a bug in mqtt-hil, please report it:\n${stack}`, at: plan.place }, undefined, { color })}`
  }
  if (problem === null) return ''
  const at = placeOfTrouble(run)
  const text = renderDiagnostic({ code: problem.code, message: problem.message, at, hint: problem.hint }, plan.text, {
    ...(cells.width === undefined ? {} : { width: cells.width }),
    color,
  })
  return text + [...aboutOf(plan, createColors(color).dim), ...onBroker(run, cells)].map((line) => `${line}\n`).join('')
}

/** Where the trouble of a run without a verdict is shown. */
export const placeOfTrouble = (run: ScenarioRun): Place => run.problem?.at ?? lastStepPlace(run) ?? run.plan.place

/** The step that was under way when the trouble came. */
function lastStepPlace(run: ScenarioRun): Place | undefined {
  const last = run.events.findLast((e) => e.kind === 'step' && e.outcome !== 'passed' && e.outcome !== 'skipped')
  return last?.kind === 'step' ? stepAt(run.plan, last.step)?.place : undefined
}

export const showSeconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)}s`
