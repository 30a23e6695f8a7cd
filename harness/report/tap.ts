// `tap`: Test Anything Protocol 14 with a YAML block below each point that is not ok. To the output
// folder, and to standard output when no other reporter speaks there.
// https://testanything.org/tap-version-14-specification.html

import { stringify } from 'yaml'
import { visible } from '../outside/index.ts'
import type { Plan } from '../plan/index.ts'
import { decisive, type ScenarioResult, type ScenarioRun, type SuiteResult } from '../run/index.ts'
import { reasonOf } from './json.ts'
import { showFacts } from './json-events.ts'
import { namesIn, type RunNames } from './names.ts'
import { writeReport } from './output.ts'
import type { ReporterKind } from './reporter.ts'

export const tap: ReporterKind = {
  name: 'tap',
  summary: 'TAP 14: results.tap in the output folder, and on standard output',
  to: ['terminal', 'file'],
  create: ({ print }) => ({
    async onEnd(result) {
      const text = tapOf(result)
      print(text)
      await writeReport(result.output, 'results.tap', text)
    },
  }),
}

export function tapOf(result: SuiteResult): string {
  const { scenarios, notRun, interrupted, timedOut } = result
  const names = namesIn(result)
  const lines = ['TAP version 14', `1..${scenarios.length + notRun.length}`]
  lines.push(...scenarios.flatMap((scenario, k) => pointOf(scenario, k + 1, names)))
  const stopped = timedOut ? 'the global timeout was reached' : interrupted ? 'interrupted' : null
  if (stopped !== null) lines.push(`Bail out! ${stopped}`)
  else lines.push(...notRun.map((plan, k) => notRunOf(plan, scenarios.length + k + 1, names)))
  return `${lines.join('\n')}\n`
}

const notRunOf = (plan: Plan, number: number, names: RunNames): string =>
  `ok ${number} - ${escaped(names.ofPlan(plan))} # SKIP not run: the suite was stopped`

function pointOf({ run, flaky }: ScenarioResult, number: number, names: RunNames): string[] {
  const ok = run.status === 'passed' || run.status === 'skipped'
  const point = `${ok ? 'ok' : 'not ok'} ${number} - ${escaped(names.of(run))}${directive(run)}`
  if (run.status === 'skipped') return [point]
  const block = stringify(ok ? timing(run, flaky) : { ...diagnosis(run), ...timing(run, flaky) }, { lineWidth: 0 })
  return [
    point,
    '  ---',
    ...block
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '  ...',
  ]
}

/** A known gap is a TODO: consumers do not count it as a failure, and tell it when it passes. */
function directive({ status, plan, gap }: ScenarioRun): string {
  const line = (text: string): string => escaped(visible(text).replace(/\s+/g, ' '))
  if (status === 'skipped') return ` # SKIP ${line(plan.skip ?? '')}`
  return status === 'gap' ? ` # TODO known gap: ${line(gap?.reason ?? '')}` : ''
}

const timing = (run: ScenarioRun, flaky: boolean): object => ({
  duration_ms: Math.round(run.duration),
  ...(run.plan.description === null ? {} : { description: run.plan.description }),
  broker: `${run.broker.name} ${run.broker.version}`.trim(),
  ...(flaky ? { flaky: true } : {}),
})

function diagnosis(run: ScenarioRun): object {
  const [verdict] = decisive(run)
  const place = verdict?.place ?? run.problem?.at ?? run.plan.place
  return {
    message: reasonOf(run) ?? run.status,
    severity: run.status === 'failed' ? 'fail' : run.status,
    at: { file: place.file, line: place.line, column: place.column },
    ...(verdict === undefined
      ? {}
      : {
          claim: verdict.title,
          wanted: verdict.expected,
          found: verdict.got,
          events: showFacts([...verdict.evidence.slice(-4), ...verdict.nearby], run.events).map(({ text }) => text),
        }),
    ...(run.artifacts === null ? {} : { record: run.artifacts }),
  }
}

/** In a description `#` would begin a directive, and a backslash escapes it. */
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('#', '\\#')
