// The job's page on GitHub: counts, a table of what did not pass, and the failures in full, folded.
// It is Markdown with HTML in it, so names and payloads are escaped for both; GitHub takes 1 MiB a step.

import { htmlText } from '../outside/index.ts'
import type { ScenarioRun, Status, SuiteResult } from '../run/index.ts'
import { renderFailure, showSeconds } from './failure.ts'
import { reasonOf } from './json.ts'
import { titleOf } from './names.ts'
import { summarize } from './summary.ts'

/** Bytes; other tools write into the same file. */
const MAX_BYTES = 900 * 1024

const MARKS: Readonly<Record<Status, string>> = {
  passed: '✅',
  failed: '❌',
  inconclusive: '⚠️',
  gap: '🧩',
  skipped: '⏭️',
  broken: '💥',
  interrupted: '🛑',
}

export function stepSummary(result: SuiteResult): string {
  const bad = result.scenarios.map((s) => s.run).filter((run) => run.status !== 'passed' && run.status !== 'skipped')
  const head = `## mqtt-hil\n\n${counts(result)}\n\n${bad.length === 0 ? '' : `${table(bad)}\n`}`
  let text = head
  for (const [k, run] of bad.entries()) {
    const more = details(run)
    if (Buffer.byteLength(text) + Buffer.byteLength(more) > MAX_BYTES) return `${text}\n…and ${bad.length - k} more.\n`
    text += more
  }
  return text
}

function counts(result: SuiteResult): string {
  const summary = summarize(result)
  const words: readonly Status[] = ['passed', 'failed', 'inconclusive', 'broken', 'interrupted', 'skipped']
  const parts = words
    .filter((status) => summary[status] > 0 || status === 'passed')
    .map((status) => `${MARKS[status]} ${summary[status]} ${status}`)
  if (summary.flaky > 0) parts.push(`🔁 ${summary.flaky} flaky`)
  if (result.notRun.length > 0) parts.push(`${result.notRun.length} not run`)
  return `${parts.join(' · ')} in ${showSeconds(result.duration)}`
}

function table(runs: readonly ScenarioRun[]): string {
  const rows = runs.slice(0, 200).map((run) => {
    const { plan, status, broker } = run
    const where = `${plan.file}:${plan.place.line}`
    return `| ${MARKS[status]} | ${cell(titleOf(plan, run.repetition, 0))} | ${cell(where)} | ${cell(`${broker.name} ${broker.version}`.trim())} | ${cell(clip(reasonOf(run) ?? status))} |`
  })
  return ['|  | scenario | where | broker | why |', '| --- | --- | --- | --- | --- |', ...rows, ''].join('\n')
}

function details(run: ScenarioRun): string {
  const text = renderFailure(run, false)
  if (text === '') return ''
  const about = run.plan.description === null ? '' : `${htmlText(run.plan.description)}\n\n`
  return `\n<details><summary>${htmlText(titleOf(run.plan, run.repetition, 0))}</summary>\n\n${about}<pre>${htmlText(text).replaceAll('\n', '&#10;')}</pre>\n\n</details>\n`
}

const clip = (text: string): string => (text.length > 300 ? `${text.slice(0, 299)}…` : text)

/** In a table's cell a bar ends it, a line feed ends the table, and Markdown's own marks are marks. */
const cell = (text: string): string =>
  htmlText(text)
    .replace(/[\\`*_{}[\]#~|@]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replaceAll('\n', '<br>')
