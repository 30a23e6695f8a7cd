// What `hil judge` does: reads each record below a folder, compiles the scenario as it was then,
// and holds its claims against the recorded events.

import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { milliseconds, Problem } from '../../../emulators/index.ts'
import { readTimeline } from '../../evidence/index.ts'
import { Judge } from '../../judge/index.ts'
import { compile, type Plan } from '../../plan/index.ts'
import { renderFailure } from '../../report/index.ts'
import type { RecordHeader, ScenarioRun, Status } from '../../run/index.ts'
import type { JudgeArguments } from '../commands/judge.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { type Terminal, terminal } from '../terminal.ts'

export async function judgeAction({ folder }: JudgeArguments): Promise<ExitCode> {
  const out = terminal()
  const records = await findRecords(folder)
  if (records.length === 0)
    throw new Problem('cli/no-record', `there is no timeline.ndjson in ${folder} or below`, {
      hint: 'name the output folder of a run, results by default',
    })
  const statuses: Status[] = []
  for (const record of records) statuses.push(await judgeRecord(record, out))
  const count = (status: Status): number => statuses.filter((s) => s === status).length
  out.print(
    `${count('passed')} passed, ${count('failed')} failed, ${count('inconclusive')} inconclusive, of ${statuses.length} recorded\n`,
  )
  if (count('inconclusive') > 0) return EXIT.environment
  return count('failed') > 0 ? EXIT.failed : EXIT.passed
}

async function findRecords(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((cause) => {
    throw new Problem('cli/no-such-path', `there is no folder ${folder}`, { cause })
  })
  return names
    .filter((name) => name === 'timeline.ndjson' || name.endsWith('/timeline.ndjson'))
    .map((name) => join(folder, name))
    .sort()
}

async function judgeRecord(record: string, out: Terminal): Promise<Status> {
  const { header, events } = readTimeline(await readFile(record, 'utf8'))
  const about = header as unknown as RecordHeader
  const plan = await planOf(record, about)
  const judge = new Judge(plan)
  for (const event of events) judge.observe(event)
  judge.end()
  const { verdicts } = judge
  const status = verdicts.some((v) => v.kind === 'fail')
    ? 'failed'
    : verdicts.some((v) => v.kind === 'inconclusive')
      ? 'inconclusive'
      : 'passed'
  const run: ScenarioRun = {
    plan,
    status,
    broker: about.broker,
    verdicts,
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
  const was = about.status === status ? '' : ` (the run itself was ${about.status})`
  out.print(`${status} ${about.scenario}${about.variant === '' ? '' : ` [${about.variant}]`}${was}\n`)
  out.print(renderFailure(run, out.color))
  return status
}

async function planOf(record: string, about: RecordHeader): Promise<Plan> {
  const file = join(dirname(record), 'scenario.yaml')
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Problem('cli/no-record', `there is no ${file} beside the timeline`, { cause })
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
