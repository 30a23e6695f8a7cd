// What a run leaves behind: a folder with the record, the scenario as it was, and the broker's log.
// The record's header holds what is needed to judge it again.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeTimeline } from '../evidence/index.ts'
import type { Given } from '../plan/plan.ts'
import type { ScenarioRun } from './result.ts'

export interface RecordHeader {
  readonly scenario: string
  readonly file: string
  readonly variant: string
  readonly broker: { readonly name: string; readonly version: string }
  readonly given: Given
  readonly seed: number
  readonly startedAt: string
  readonly status: string
}

export async function writeArtifacts(
  run: ScenarioRun & { readonly brokerLog: string },
  output: string,
): Promise<ScenarioRun> {
  const folder = join(output, folderName(run))
  await mkdir(folder, { recursive: true })
  const header: RecordHeader = {
    scenario: run.plan.name,
    file: run.plan.file,
    variant: run.plan.variant,
    broker: run.broker,
    given: run.plan.given,
    seed: run.seed,
    startedAt: run.startedAt.toISOString(),
    status: run.status,
  }
  await writeFile(join(folder, 'timeline.ndjson'), writeTimeline({ ...header }, run.events))
  await writeFile(join(folder, 'scenario.yaml'), run.plan.text)
  if (run.brokerLog !== '') await writeFile(join(folder, 'broker.log'), run.brokerLog)
  return { ...run, artifacts: folder }
}

/** One folder a run: file, variant, broker, repetition and attempt tell runs apart. */
function folderName(run: ScenarioRun): string {
  const parts = [
    run.plan.file.replace(/\.scenario\.yaml$/, ''),
    run.plan.variant,
    run.broker.name,
    run.repetition === 0 ? '' : `repeat${run.repetition}`,
    run.attempt === 0 ? '' : `retry${run.attempt}`,
  ]
  return parts
    .filter((part) => part !== '')
    .map((part) => part.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, ''))
    .join('--')
}
