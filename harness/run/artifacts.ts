// What a run leaves behind: a folder with the record, the scenario as it was, and the broker's log.
// The record's header holds what is needed to judge it again.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
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

/** Removes the records of the run whose results.json lies there, and nothing that we did not write. */
export async function clearRecords(output: string): Promise<void> {
  const text = await readFile(join(output, 'results.json'), 'utf8').catch(() => null)
  if (text === null) return
  const folders = foldersOf(text).filter((folder) => folder !== '.' && !folder.startsWith('..') && !isAbsolute(folder))
  await Promise.all(folders.map((folder) => rm(join(output, folder), { recursive: true, force: true })))
}

function foldersOf(results: string): string[] {
  try {
    const { schema, scenarios } = JSON.parse(results) as { schema: string; scenarios: { artifacts: string[] }[] }
    if (schema !== 'mqtt-hil/results') return []
    return scenarios.flatMap((scenario) => scenario.artifacts.map((file) => normalize(dirname(file))))
  } catch {
    return [] // somebody else's file: not ours to judge by
  }
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
