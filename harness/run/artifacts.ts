// What a run leaves behind: a folder with the record, the scenario as it was, and the broker's log.
// The record's header holds what is needed to judge it again.

import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { Problem } from '../../emulators/index.ts'
import { writeCapture } from '../capture/index.ts'
import { copyTimelineFile, writeTimelineFile } from '../evidence/index.ts'
import { makeFolderIn, removeFolderWithin, throughTemporary, writeFileWhole } from '../outside/index.ts'
import { bundledName } from '../plan/index.ts'
import { type CompileInputs, type Plan, stepAt } from '../plan/model/index.ts'
import type { Unwritten } from './conductor.ts'
import { describeErrno } from './fs-errors.ts'
import type { WrittenJournal } from './journal.ts'
import type { RunBroker, ScenarioRun } from './result.ts'

export interface RecordHeader {
  readonly scenario: string
  readonly file: string
  readonly variant: string
  readonly broker: RunBroker
  readonly given: CompileInputs
  readonly seed: number
  readonly startedAt: string
  readonly status: string
  /** By a step's path, where a program decided what they come to. Absent: `status` follows from them. */
  readonly verdicts?: Readonly<Record<string, string>> | undefined
  /** Absent: real. */
  readonly clock?: 'virtual' | undefined
  /** What each device was, by its name: the word of its `use`. Absent in records of before. */
  readonly devices?: Readonly<Record<string, string>> | undefined
}

/**
 * Never throws: what could not be written is the `unwritten` of the run, whose verdicts stand without it.
 * @param journal the record as it was written while the run went on, in the run's folder
 */
export async function writeArtifacts(
  run: ScenarioRun & Unwritten,
  output: string,
  name: string,
  journal: WrittenJournal | null = null,
): Promise<ScenarioRun> {
  const folder = recordFolder(output, name, run)
  let isOurs = false
  try {
    await mkdir(output, { recursive: true })
    await makeFolderIn(output, folderName(run, name))
    isOurs = true
    return { ...run, artifacts: folder, files: await writeFiles(run, folder, journal) }
  } catch (cause) {
    // Half a record, on a disk that is full, is worth less than its room.
    if (isOurs) await rm(folder, { recursive: true, force: true }).catch(() => {})
    const unwritten = new Problem('run/not-recorded', `${folder} cannot be written: ${describeErrno(cause)}`, {
      hint: 'its verdicts stand, and it cannot be judged again; name another folder: --output FOLDER',
      cause,
    })
    return { ...run, artifacts: null, unwritten }
  }
}

async function writeFiles(
  run: ScenarioRun & Unwritten,
  folder: string,
  journal: WrittenJournal | null,
): Promise<string[]> {
  const header: RecordHeader = {
    scenario: run.plan.name,
    file: run.plan.file,
    variant: run.plan.variant,
    broker: run.broker,
    given: run.plan.given,
    seed: run.seed,
    startedAt: run.startedAt.toISOString(),
    status: run.status,
    ...(run.asJudged === undefined ? {} : { verdicts: run.asJudged }),
    ...(run.clock === 'virtual' ? { clock: run.clock } : {}),
    devices: Object.fromEntries(run.plan.devices.map(({ name, use }) => [name, use])),
  }
  await throughTemporary(join(folder, 'timeline.ndjson'), (file) =>
    journal?.events === run.events.length
      ? copyTimelineFile(file, { ...header }, { from: journal.file, headerBytes: journal.headerBytes })
      : writeTimelineFile(file, { ...header }, run.events),
  )
  await writeFileWhole(join(folder, 'scenario.yaml'), run.plan.text)
  const files = ['timeline.ndjson', 'scenario.yaml']
  for (const { name: device } of run.plan.devices) {
    const spoke = run.events.some((e) => (e.kind === 'packet' || e.kind === 'socket') && e.device === device)
    if (!spoke) continue
    const capture = `${device}.pcapng`
    await writeCapture(join(folder, capture), {
      device,
      scenario: run.plan.name,
      startedAt: run.startedAt,
      events: run.events,
      titleOf: (path) => titleOf(run.plan, path),
    })
    files.push(capture)
  }
  for (const [file, text] of Object.entries(run.extraFiles)) {
    await writeFileWhole(join(folder, file), text)
    files.push(file)
  }
  if (run.brokerLog !== '') {
    await writeFileWhole(join(folder, 'broker.log'), run.brokerLog)
    files.push('broker.log')
  }
  return files
}

function titleOf(plan: Plan, path: string): string {
  const step = stepAt(plan, path)
  return step === undefined ? path : `${step.title} (line ${step.place.line})`
}

/** Removes the records of the run whose results.json lies there, and nothing that we did not write. */
export async function clearRecords(output: string): Promise<void> {
  const text = await readFile(join(output, 'results.json'), 'utf8').catch(() => null)
  if (text === null) return
  await Promise.all(foldersOf(text).map((folder) => removeFolderWithin(output, folder)))
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

/** Longer names are cut: a file system takes 255 bytes, and the run's own words come behind. */
const LONGEST_NAME = 120

/** A folder's name for each plan, by file and variant; those that would be the same are numbered. */
export function folderNames(plans: Iterable<Plan>): ReadonlyMap<Plan, string> {
  const names = new Map<Plan, string>()
  const taken = new Set<string>()
  for (const plan of new Set(plans)) {
    const base = joined([bundledName(plan.file).replace(/\.scenario\.yaml$/, ''), plan.variant]).slice(0, LONGEST_NAME)
    const on = (name: string): string => `${name}\n${plan.given.broker.name}`
    let name = base
    for (let n = 2; taken.has(on(name)); n++) name = `${base}-${n}`
    taken.add(on(name))
    names.set(plan, name)
  }
  return names
}

type RunNumbers = Pick<ScenarioRun, 'plan' | 'repetition' | 'attempt'>

/** Where the record of a run is. */
export const recordFolder = (output: string, name: string, run: RunNumbers): string =>
  join(output, folderName(run, name))

/** The header of a record whose run has not ended. */
export const runningHeader = (plan: Plan, seed: number): Record<string, unknown> => ({
  scenario: plan.name,
  file: plan.file,
  variant: plan.variant,
  broker: { name: plan.given.broker.name, kind: '', version: '', gaps: [] },
  given: plan.given,
  seed,
  startedAt: new Date().toISOString(),
  status: 'interrupted',
  devices: Object.fromEntries(plan.devices.map(({ name, use }) => [name, use])),
})

/** One folder a run: broker, repetition and attempt tell the runs of a plan apart. */
const folderName = ({ plan, repetition, attempt }: RunNumbers, name: string): string =>
  joined([
    name,
    plan.given.broker.name,
    repetition === 0 ? '' : `repeat${repetition}`,
    attempt === 0 ? '' : `retry${attempt}`,
  ])

const joined = (parts: readonly string[]): string =>
  parts
    .map((part) => part.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, ''))
    .filter((part) => part !== '')
    .join('--')
