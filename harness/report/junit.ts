// `junit`: junit.xml, as CI servers read it: one testsuite a file, one testcase a run. `failure` is
// a claim that failed, `error` what kept it from being judged, inconclusive included.

import { describe } from '../expect/index.ts'
import { xmlAttribute, xmlText } from '../outside/index.ts'
import type { ScenarioResult, SuiteResult } from '../run/index.ts'
import { renderFailure } from './failure.ts'
import { reasonOf } from './json.ts'
import { namesIn, type RunNames } from './names.ts'
import { writeReport } from './output.ts'
import type { ReporterKind } from './reporter.ts'

/** Events at the end of the record that a failed case carries along. */
const TAIL = 20

export const junit: ReporterKind = {
  name: 'junit',
  summary: 'junit.xml in the output folder',
  to: ['file'],
  create: () => ({
    onEnd: (result) => writeReport(result.output, 'junit.xml', junitOf(result)),
  }),
}

export function junitOf(result: SuiteResult): string {
  const names = namesIn(result)
  const files = new Map<string, ScenarioResult[]>()
  for (const scenario of result.scenarios) {
    const { file } = scenario.run.plan
    files.set(file, [...(files.get(file) ?? []), scenario])
  }
  const suites = [...files].map(([file, scenarios]) => suiteOf(file, scenarios, names))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="mqtt-hil" ${counts(result.scenarios)} time="${seconds(result.duration)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

function suiteOf(file: string, scenarios: readonly ScenarioResult[], names: RunNames): string {
  const time = scenarios.reduce((sum, s) => sum + s.run.duration, 0)
  return [
    `  <testsuite name="${xmlAttribute(file)}" ${counts(scenarios)} time="${seconds(time)}" timestamp="${begun(scenarios)}">`,
    ...scenarios.map((scenario) => caseOf(scenario, names)),
    '  </testsuite>',
  ].join('\n')
}

function caseOf({ run, flaky }: ScenarioResult, names: RunNames): string {
  const { plan } = run
  const variant = [plan.variant, run.repetition === 0 ? '' : `repeat ${run.repetition}`]
    .filter((p) => p !== '')
    .join(', ')
  const name = (variant === '' ? plan.name : `${plan.name} [${variant}]`) + names.on(plan)
  const properties: (readonly [string, string])[] = [
    ['line', String(plan.place.line)],
    ['broker', `${run.broker.name} ${run.broker.version}`.trim()],
    ['seed', String(run.seed)],
    ...plan.devices.map((device) => [`device.${device.name}`, device.use] as const),
    ...plan.verifies.map((id) => ['verifies', id] as const),
    ...(plan.description === null ? [] : [['description', plan.description] as const]),
    ...plan.tags.map((tag) => ['tag', tag] as const),
    ...(flaky ? [['flaky', 'true'] as const] : []),
    ...(run.gap !== null && !run.gap.met ? [['passed-in-spite-of-gap', run.gap.reason] as const] : []),
    ...(run.artifacts === null ? [] : [['record', run.artifacts] as const]),
  ]
  return [
    `    <testcase name="${xmlAttribute(name)}" classname="${xmlAttribute(plan.file)}" file="${xmlAttribute(plan.file)}" line="${plan.place.line}" time="${seconds(run.duration)}">`,
    '      <properties>',
    ...properties.map(
      ([key, value]) => `        <property name="${xmlAttribute(key)}" value="${xmlAttribute(value)}"/>`,
    ),
    '      </properties>',
    ...outcomeOf(run, names),
    '    </testcase>',
  ].join('\n')
}

function outcomeOf(run: ScenarioResult['run'], names: RunNames): string[] {
  if (run.status === 'passed') return []
  const reason = xmlAttribute(reasonOf(run) ?? run.status)
  if (run.status === 'skipped' || run.status === 'gap') return [`      <skipped message="${reason}"/>`]
  const element = run.status === 'failed' ? 'failure' : 'error'
  const tail = run.events.slice(-TAIL).map(describe)
  return [
    `      <${element} type="${run.status}" message="${reason}">${xmlText(renderFailure(run, false, undefined, names.several))}</${element}>`,
    `      <system-out>${xmlText(tail.join('\n'))}</system-out>`,
  ]
}

function counts(scenarios: readonly ScenarioResult[]): string {
  const of = (...statuses: string[]): number => scenarios.filter((s) => statuses.includes(s.run.status)).length
  return `tests="${scenarios.length}" failures="${of('failed')}" errors="${of('broken', 'inconclusive', 'interrupted')}" skipped="${of('skipped', 'gap')}"`
}

/** When the first of them began, in UTC and without a zone, as the schema of JUnit has it. */
const begun = (scenarios: readonly ScenarioResult[]): string =>
  scenarios.map(({ run }) => run.startedAt.toISOString().slice(0, 19)).reduce((a, b) => (a < b ? a : b))

const seconds = (ms: number): string => (ms / 1000).toFixed(3)
