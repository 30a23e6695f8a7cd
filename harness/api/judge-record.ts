// A record of a run, read back, and its claims held against it again.

import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { milliseconds, Problem } from '../../emulators/index.ts'
import { type Event, isMasked, MAX_RECORD_BYTES, readTimelineFile, type TimelineHeader } from '../evidence/index.ts'
import { Judge, type Verdict } from '../judge/index.ts'
import { judgeRecordedLoad } from '../load/index.ts'
import { realPathWithin } from '../outside/index.ts'
import { compile, type Plan } from '../plan/index.ts'
import { isRecording } from '../record/index.ts'
import { type RecordHeader, type ScenarioRun, type Status, statusOfVerdicts } from '../run/index.ts'

import { checkArguments } from './doors.ts'

export { findRecordings as recordsIn } from '../evidence/index.ts'

/** A run or a recording as its timeline.ndjson has it. */
export interface Record {
  /** What it says of its run: scenario, broker, seed, status … */
  readonly header: TimelineHeader
  readonly events: readonly Event[]
}

/** `record`: the folder of a run, or its timeline.ndjson. Throws Problem `evidence/…`. */
export async function readRecord(record: string): Promise<Record> {
  checkArguments({ record: z.string() }, { record }, 'readRecord')
  return readTimelineFile(fileOf(record), MAX_RECORD_BYTES)
}

/** `record`: a folder, or the timeline itself. */
export const fileOf = (record: string): string =>
  record.endsWith('.ndjson') ? record : join(record, 'timeline.ndjson')

/** A run as its record tells it now. */
export interface Judged {
  readonly run: ScenarioRun
  /** The status that the run itself had. */
  readonly was: string
  /** The record masks a password that its claims depend on. */
  readonly isHidden: boolean
  /** Claims that decided it then decide it now; false: it did not get to its end. */
  readonly holds: boolean
  /** A program decided what its verdicts come to, not the scenario alone. */
  readonly isOfProgram: boolean
}

/**
 * Judges a record again: the scenario as it was then, held against the recorded events. It opens nothing.
 * `record`: the folder of a run, or its timeline.ndjson.
 * Throws Problem `evidence/…` for what is no record, `cli/no-record` where its scenario is missing, `cli/no-claims` for a recording.
 */
export async function judgeRecord(folder: string): Promise<Judged> {
  checkArguments({ record: z.string() }, { record: folder }, 'judgeRecord')
  const record = fileOf(folder)
  const { header, events } = await readRecord(record)
  const about = aboutOf(header, record)
  const plan = await planOf(record, about)
  const judge = new Judge(plan)
  for (const event of events) judge.observe(event)
  judge.end()
  const complete = isComplete(plan, events)
  const verdicts = [...judge.verdicts, ...(complete ? await judgeRecordedLoad(plan, dirname(record)) : [])]
  const judged = asBefore(verdicts, about) ?? statusOf(verdicts, complete, about, record)
  const hidden = isHidden(judged, about.status, events)
  const status = hidden ? 'inconclusive' : judged
  const run: ScenarioRun = {
    plan,
    status,
    broker: about.broker,
    gap: null,
    verdicts,
    load: null,
    events,
    problem: null,
    bug: undefined,
    seed: about.seed,
    startedAt: new Date(about.startedAt),
    duration: events.at(-1)?.at ?? 0,
    repetition: 0,
    attempt: 0,
    artifacts: dirname(record),
  }
  const holds = status === 'passed' || about.verdicts !== undefined || verdicts.some((v) => v.kind !== 'pass')
  return { run, was: about.status, isHidden: hidden, holds, isOfProgram: about.verdicts !== undefined }
}

/** The run was judged by what happened; where the record masks that, it cannot tell the run wrong. */
const isHidden = (judged: Status, was: string, events: readonly Event[]): boolean =>
  judged !== was && [judged, was].every((one) => one === 'passed' || one === 'failed') && events.some(isMasked)

/** Where a program decided what its verdicts come to, that holds as long as they are the same; null: another rule. */
function asBefore(verdicts: readonly Verdict[], { verdicts: was, status }: RecordHeader): Status | null {
  if (was === undefined) return null
  const same = verdicts.every(({ step, kind }) => was[step] === kind) && verdicts.length >= Object.keys(was).length
  return same ? (status as Status) : 'failed'
}

/** A run that ended before its last step is not passed, whatever its verdicts are. */
function statusOf(verdicts: readonly Verdict[], complete: boolean, about: RecordHeader, record: string): Status {
  if (!complete && about.status === 'passed')
    throw new Problem('evidence/cut-short', `${record} ends before the last step of its scenario did`, {
      hint: 'the file was cut short; record the run again',
    })
  const judged = statusOfVerdicts(verdicts)
  return judged !== 'passed' || complete ? judged : (about.status as Status)
}

function isComplete(plan: Plan, events: readonly Event[]): boolean {
  const ended = new Set(events.flatMap((e) => (e.kind === 'step' && e.phase === 'ended' ? [e.step] : [])))
  return plan.steps.every((step) => ended.has(step.path))
}

function aboutOf(header: TimelineHeader, record: string): RecordHeader {
  const about = header as unknown as RecordHeader
  const { given, broker, status, file, variant } = about
  if (isRecording(header))
    throw new Problem('cli/no-claims', `${record} is a recording: it has no claims to be judged by`, {
      hint: 'hil judge RECORDING --scenario FILE judges it by those of a scenario; hil init --from RECORDING drafts one',
    })
  const known = [given?.broker, broker?.name, status, file, variant].every((part) => part !== undefined)
  if (known) return about
  throw new Problem('evidence/bad-timeline', `the header of ${record} does not name its scenario`, {
    hint: 'the file is not one that hil run wrote; record the run again',
  })
}

async function planOf(record: string, about: RecordHeader): Promise<Plan> {
  const file = join(dirname(record), 'scenario.yaml')
  const real = await realPathWithin(dirname(record), 'scenario.yaml').catch((error: unknown) => {
    if (error instanceof Problem) throw error
    return file
  })
  const text = await readFile(real, 'utf8').catch((cause) => {
    throw new Problem('cli/no-record', `no ${file} beside the timeline`, { cause })
  })
  const { plans, diagnostics } = compile(about.file, text, {
    ...about.given,
    timeout: milliseconds(about.given.timeout),
    broker: () => about.given.broker,
  })
  const plan = plans.find((p) => p.variant === about.variant)
  if (plan !== undefined) return plan
  const wrong = diagnostics.all[0]
  throw new Problem(wrong?.code ?? 'cli/no-record', wrong?.message ?? `the scenario has no variant ${about.variant}`, {
    at: wrong?.at,
    hint: 'this record was made by a hil whose scenarios read differently',
  })
}
