// In a worker of vitest: one scenario file becomes tests, one for each combination of its matrix and each broker. The
// scenario's own timeout governs; vitest's stands behind it, for what takes too long to be given back.

import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { describe, type TestContext, test } from 'vitest'
import type { Plan } from '../plan/index.ts'
import {
  conduct,
  folderNames,
  type ScenarioRun,
  skipped,
  type Unwritten,
  withGap,
  writeArtifacts,
} from '../run/index.ts'
import { type Diagnostic, isError, renderDiagnostic } from '../scenario/index.ts'
import {
  type Job,
  namesUnder,
  openChosen,
  select,
  selection,
  skipLargeFleets,
  smallFleets,
  withPlan,
} from '../select/index.ts'
import { failureOf, located, mistakesOf } from './failure.ts'
import { listOf, type ParsedOptions } from './options.ts'
import { tellRun } from './results.ts'
import { untilShutdown } from './worker-shutdown.ts'

/** Milliseconds beyond the scenario's own: a broker is started before it and given back after it. */
const AROUND = 60_000

export async function collect(path: string, options: ParsedOptions): Promise<void> {
  const file = relative(process.cwd(), path)
  const jobs = (await jobsOf(file, options)).map((job) => withPlan(job, skipLargeFleets))
  const names = folderNames(jobs.map(({ plan }) => plan))
  const selects = selection({ tags: listOf(options.tags) })
  const several = listOf(options.broker).length > 1
  const kept = async (run: ScenarioRun & Unwritten, name: string, { task }: TestContext): Promise<ScenarioRun> => {
    if (options.output === undefined) return run
    const written = await writeArtifacts(run, options.output, name)
    await tellRun(options.output, task.id, written)
    return written
  }
  const declare = ({ plan, broker, clock }: Job, title: string): void =>
    test(title, { timeout: plan.timeout + AROUND, meta: {} }, async (context) => {
      if (!selects(plan)) context.skip(`not selected by tags: ${listOf(options.tags).join(', ')}`)
      if (plan.skip !== null) {
        if (options.output !== undefined) await tellRun(options.output, context.task.id, skipped(plan, 0))
        context.skip(plan.skip)
      }
      const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32)
      const run = await conduct(plan, {
        openBroker: () => openChosen(broker),
        openFleet: smallFleets,
        clock,
        seed,
        signal: untilShutdown(context.signal),
        repetition: context.task.result?.repeatCount ?? 0,
        attempt: context.task.result?.retryCount ?? 0,
      })
      await settle(await kept(withGap(run), names.get(plan)!, context), context)
    })
  for (const [name, group] of grouped(jobs)) {
    const [only] = group
    if (group.length === 1) declare(only!, titleOf(only!.plan, several, true))
    else describe(name, () => group.forEach((job) => void declare(job, titleOf(job.plan, several, false))))
  }
}

async function jobsOf(file: string, options: ParsedOptions): Promise<readonly Job[]> {
  const wrong: { diagnostic: Diagnostic; text: string }[] = []
  const text = await readFile(file, 'utf8')
  const own = (key: 'vars' | 'devices', given: Readonly<Record<string, string>> = {}): Record<string, string> => {
    const names = namesUnder(key, [{ file, text }])
    return Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name)))
  }
  const onDiagnostic = (diagnostic: Diagnostic, where: string): void => {
    if (isError(diagnostic)) wrong.push({ diagnostic, text: where })
    else console.warn(renderDiagnostic(diagnostic, where))
  }
  try {
    const { jobs } = await select(
      {
        paths: [file],
        broker: [...listOf(options.broker)],
        vars: own('vars', options.vars),
        bind: own('devices', options.bind),
        config: options.config,
        clock: options.clock,
      },
      { seed: options.seed, timeout: options.timeout, onDiagnostic },
    )
    if (wrong.length === 0) return jobs
  } catch (error) {
    throw located(error)
  }
  throw mistakesOf(wrong, file)
}

async function settle(run: ScenarioRun, context: TestContext): Promise<void> {
  const { status, broker, plan, seed, gap, artifacts } = run
  context.task.meta.mqttHil = {
    status,
    broker: broker.name,
    verifies: plan.verifies,
    seed,
    ...(gap === null ? {} : { gap: gap.reason }),
    ...(artifacts === null ? {} : { artifacts }),
  }
  const failure = failureOf(run)
  if (failure !== null) throw failure
  if (gap !== null)
    await context.annotate(`${gap.met ? 'known gap' : 'no longer a gap'} of ${broker.name}: ${gap.reason}`, 'gap')
}

function grouped(jobs: readonly Job[]): ReadonlyMap<string, readonly Job[]> {
  const groups = new Map<string, Job[]>()
  for (const job of jobs) groups.set(job.plan.name, [...(groups.get(job.plan.name) ?? []), job])
  return groups
}

function titleOf({ name, variant, given }: Plan, several: boolean, alone: boolean): string {
  const parts = [...(alone ? [name] : []), ...(variant === '' ? [] : [alone ? `[${variant}]` : variant])]
  return [...parts, ...(several ? [`on ${given.broker.name}`] : [])].join(' ')
}
