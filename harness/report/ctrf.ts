// `ctrf`: ctrf-report.json, the Common Test Report Format (https://ctrf.io), which dashboards and CI
// actions read. It has no word for known gaps, inconclusive, broken and interrupted: they are `other`, with our
// word as rawStatus. A scenario whose turn never came is `pending`.

import { platform, release } from 'node:os'
import { stepAt } from '../plan/index.ts'
import type { ScenarioResult, ScenarioRun, Status, SuiteResult } from '../run/index.ts'
import { renderFailure } from './failure.ts'
import { artifactsOf, reasonOf } from './json.ts'
import { namesIn, type RunNames } from './names.ts'
import { writeReport } from './output.ts'
import type { ReporterKind } from './reporter.ts'
import { summarize } from './summary.ts'

type CtrfStatus = 'passed' | 'failed' | 'skipped' | 'pending' | 'other'

export const ctrf: ReporterKind = {
  name: 'ctrf',
  summary: 'ctrf-report.json in the output folder',
  to: ['file'],
  create: ({ version }) => ({
    onEnd: (result) =>
      writeReport(result.output, 'ctrf-report.json', `${JSON.stringify(ctrfOf(result, version), null, 2)}\n`),
  }),
}

const STATUSES: Readonly<Record<Status, CtrfStatus>> = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  gap: 'other',
  inconclusive: 'other',
  broken: 'other',
  interrupted: 'other',
}

export function ctrfOf(result: SuiteResult, version = ''): unknown {
  const { scenarios, notRun, startedAt, duration } = result
  const summary = summarize(result)
  const names = namesIn(result)
  const files = new Set(scenarios.map((s) => s.run.plan.file))
  return {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    timestamp: new Date(startedAt.getTime() + duration).toISOString(),
    generatedBy: 'mqtt-hil',
    results: {
      tool: { name: 'mqtt-hil', version },
      summary: {
        tests: scenarios.length + notRun.length,
        passed: summary.passed,
        failed: summary.failed,
        skipped: summary.skipped,
        pending: notRun.length,
        other: scenarios.filter(({ run }) => STATUSES[run.status] === 'other').length,
        flaky: summary.flaky,
        suites: files.size,
        start: startedAt.getTime(),
        stop: Math.round(startedAt.getTime() + duration),
        duration: Math.round(duration),
      },
      tests: [
        ...scenarios.map((scenario) => testOf(scenario, result.output, names)),
        ...notRun.map((plan) => ({
          name: names.ofPlan(plan),
          status: 'pending' satisfies CtrfStatus,
          duration: 0,
          suite: [plan.file],
          filePath: plan.file,
          line: plan.place.line,
          message: 'the run was stopped before its turn',
        })),
      ],
      environment: { osPlatform: platform(), osRelease: release() },
    },
  }
}

function testOf({ run, attempts, flaky }: ScenarioResult, output: string, names: RunNames): unknown {
  const { plan, status } = run
  const trace = renderFailure(run, false, undefined, names.several)
  const before = attempts.slice(0, -1)
  return {
    name: names.of(run),
    status: STATUSES[status],
    rawStatus: status,
    duration: Math.round(run.duration),
    start: run.startedAt.getTime(),
    stop: Math.round(run.startedAt.getTime() + run.duration),
    suite: [plan.file],
    filePath: plan.file,
    line: plan.place.line,
    type: 'hil',
    ...(status === 'passed' ? {} : { message: reasonOf(run) ?? status }),
    ...(trace === '' ? {} : { trace }),
    ...(plan.tags.length === 0 ? {} : { tags: plan.tags }),
    labels: {
      ...(plan.description === null ? {} : { description: plan.description }),
      ...(plan.verifies.length === 0 ? {} : { verifies: plan.verifies }),
      broker: `${run.broker.name} ${run.broker.version}`.trim(),
      seed: run.seed,
    },
    ...(plan.devices.length === 0 ? {} : { device: plan.devices.map(({ name, use }) => `${name}: ${use}`).join(', ') }),
    retries: before.length,
    ...(before.length === 0 ? {} : { retryAttempts: before.map((attempt, k) => attemptOf(attempt, k + 1)) }),
    flaky,
    steps: run.events.flatMap((event) => {
      if (event.kind !== 'step' || event.phase !== 'ended') return []
      const step = stepAt(plan, event.step)
      const outcome = event.outcome ?? 'failed'
      return [{ name: step?.title ?? event.step, status: STATUSES[outcome], extra: { path: event.step } }]
    }),
    attachments: artifactsOf(run, output).map((path) => ({
      name: path.slice(path.lastIndexOf('/') + 1),
      contentType: contentType(path),
      path,
    })),
  }
}

function attemptOf(run: ScenarioRun, attempt: number): unknown {
  return {
    attempt,
    status: STATUSES[run.status],
    duration: Math.round(run.duration),
    start: run.startedAt.getTime(),
    stop: Math.round(run.startedAt.getTime() + run.duration),
    message: reasonOf(run) ?? run.status,
  }
}

const TYPES: Readonly<Record<string, string>> = {
  ndjson: 'application/x-ndjson',
  yaml: 'application/yaml',
  pcapng: 'application/x-pcapng',
}

const contentType = (path: string): string => TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'text/plain'
