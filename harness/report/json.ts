// `json`: results.json, the machine's view of a suite. Its shape is a promise: docs/results.md
// describes it, and `version` rises when a field changes its meaning or goes away.

import { join, relative } from 'node:path'
import { stepAt } from '../plan/index.ts'
import { type ScenarioResult, type ScenarioRun, type SuiteResult, statementsOf } from '../run/index.ts'
import { foundGaps, ownerOf } from './gaps.ts'
import { showFacts } from './json-events.ts'
import { writeReport } from './output.ts'
import type { ReporterKind } from './reporter.ts'
import { summarize } from './summary.ts'

export const RESULTS_VERSION = 1

export const json: ReporterKind = {
  name: 'json',
  summary: 'results.json in the output folder',
  to: ['file'],
  create: () => ({
    onEnd: (result) => writeReport(result.output, 'results.json', `${JSON.stringify(resultsOf(result), null, 2)}\n`),
  }),
}

export function resultsOf(result: SuiteResult): unknown {
  return {
    schema: 'mqtt-hil/results',
    version: RESULTS_VERSION,
    startedAt: result.startedAt.toISOString(),
    duration: round(result.duration),
    interrupted: result.interrupted,
    timedOut: result.timedOut,
    summary: summarize(result),
    scenarios: result.scenarios.map((scenario) => scenarioOf(scenario, result.output)),
    gaps: foundGaps(result).map(({ whose, gap, open }) => ({
      of: whose,
      reason: gap.reason,
      statements: gap.statements,
      versions: gap.versions,
      file: gap.place.file,
      line: gap.place.line,
      open,
    })),
    notRun: result.notRun.map((plan) => ({ name: plan.name, file: plan.file, variant: plan.variant })),
  }
}

function scenarioOf({ run, attempts, flaky }: ScenarioResult, output: string): unknown {
  const { plan } = run
  return {
    name: plan.name,
    file: plan.file,
    line: plan.place.line,
    variant: plan.variant,
    repetition: run.repetition,
    status: run.status,
    flaky,
    attempts: attempts.map((attempt) => attempt.status),
    earlier: attempts.slice(0, -1).map((attempt) => earlierOf(attempt, output)),
    reason: reasonOf(run),
    description: plan.description,
    tags: plan.tags,
    verifies: plan.verifies,
    broker: run.broker,
    gap: gapOf(run),
    bindings: Object.fromEntries(plan.devices.map((device) => [device.name, device.use])),
    signals: Object.fromEntries(
      plan.devices.flatMap(({ name, signals }) => {
        const names = Object.keys(signals)
        return names.length === 0 ? [] : [[name, names]]
      }),
    ),
    seed: run.seed,
    startedAt: run.startedAt.toISOString(),
    duration: round(run.duration),
    steps: stepsOf(run),
    artifacts: artifactsOf(run, output),
  }
}

/** An attempt after which the scenario was tried again. */
function earlierOf(run: ScenarioRun, output: string): unknown {
  return {
    status: run.status,
    reason: reasonOf(run),
    startedAt: run.startedAt.toISOString(),
    duration: round(run.duration),
    steps: stepsOf(run),
    artifacts: artifactsOf(run, output),
  }
}

function gapOf({ gap }: ScenarioRun): unknown {
  if (gap === null) return null
  const { reason, statements, versions, place, met } = gap
  return { reason, statements, versions, file: place.file, line: place.line, met }
}

/** One sentence on why it is not passed; null when it is. */
export function reasonOf(run: ScenarioRun): string | null {
  if (run.plan.skip !== null) return run.plan.skip
  if (run.status === 'gap') return `known gap of ${ownerOf(run.gap!, run.broker.name)}: ${run.gap!.reason}`
  if (run.bug !== undefined) return `a bug in mqtt-hil: ${run.bug instanceof Error ? run.bug.message : run.bug}`
  const verdict = run.verdicts.find((v) => v.kind === 'fail') ?? run.verdicts.find((v) => v.kind === 'inconclusive')
  if (verdict !== undefined) {
    const { file, line, column } = verdict.place
    return `${file}:${line}:${column}: expected ${verdict.expected}; got ${verdict.got}`
  }
  if (run.problem !== null) return run.problem.message
  return run.status === 'interrupted' ? 'it was stopped before its end' : null
}

function stepsOf(run: ScenarioRun): unknown[] {
  const verdicts = new Map(run.verdicts.map((verdict) => [verdict.step, verdict]))
  const started = new Map<string, number>()
  const steps: unknown[] = []
  const add = (path: string, outcome: string, from: number | null, to: number | null): void => {
    const step = stepAt(run.plan, path)
    const verdict = verdicts.get(path)
    steps.push({
      path,
      id: step?.id ?? null,
      verb: step?.verb ?? null,
      title: step?.title ?? null,
      line: step?.place.line ?? null,
      column: step?.place.column ?? null,
      outcome,
      startedAt: from === null ? null : round(from),
      endedAt: to === null ? null : round(to),
      ...(verdict === undefined
        ? {}
        : {
            verdict: verdict.kind,
            verifies: stepAt(run.plan, path)?.verifies ?? [],
            violates: verdict.kind === 'fail' ? statementsOf(verdict, run) : [],
            expected: verdict.expected,
            got: verdict.got,
            evidence: showFacts(verdict.evidence, run.events),
            nearby: showFacts(verdict.nearby, run.events),
            ...(verdict.window === undefined ? {} : { window: verdict.window }),
          }),
    })
  }
  for (const event of run.events) {
    if (event.kind !== 'step') continue
    if (event.phase === 'started') started.set(event.step, event.at)
    else add(event.step, event.outcome ?? 'failed', started.get(event.step) ?? null, event.at)
  }
  for (const verdict of run.verdicts)
    if (verdict.step.startsWith('always.'))
      add(
        verdict.step,
        verdict.kind === 'pass' ? 'passed' : verdict.kind === 'fail' ? 'failed' : 'inconclusive',
        0,
        verdict.at,
      )
  return steps
}

export function artifactsOf(
  { artifacts, files = ['timeline.ndjson', 'scenario.yaml'] }: ScenarioRun,
  output: string,
): string[] {
  return artifacts === null ? [] : files.map((name) => join(relative(output, artifacts), name))
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000
