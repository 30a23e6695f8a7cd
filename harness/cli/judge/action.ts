// What `hil judge` does: reads each record below a folder, compiles the scenario as it was then,
// and holds its claims against the recorded events.

import { dirname } from 'node:path'
import { Problem } from '../../../emulators/core/problem.ts'
import { judgeByScenario } from '../../api/judge-by-scenario.ts'
import { judgeRecord, recordsIn } from '../../api/judge-record.ts'
import { showFailure } from '../../api/show.ts'
import type { ScenarioRun, Status } from '../../api/suite.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { onlyBounds } from '../exit.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { JudgeArguments } from './command.ts'

const HINT = 'name the output folder of a run, results by default; results/compare for the records of a comparison'

export async function judgeAction({ folder, scenario }: JudgeArguments): Promise<ExitCode> {
  const out = terminal()
  const records = recordsIn(folder)
  if (records.length === 0)
    throw new Problem('cli/no-record', `no timeline.ndjson in ${folder} or below`, {
      hint: HINT,
    })
  const runs: ScenarioRun[] = []
  for (const record of records) {
    if (scenario === undefined) runs.push(await judgeAndTell(record, out))
    else runs.push(...(await judgeByClaims(record, scenario, out)))
  }
  const count = (status: Status): number => runs.filter((run) => run.status === status).length
  const unjudged = count('broken') + count('interrupted')
  out.print(
    `${count('passed')} passed, ${count('failed')} failed, ${count('inconclusive')} inconclusive${unjudged === 0 ? '' : `, ${unjudged} not judged to the end`}, of ${runs.length} recorded\n`,
  )
  if (count('inconclusive') + unjudged > 0) return EXIT.environment
  const failed = runs.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return EXIT.passed
  return failed.every(onlyBounds) ? EXIT.slo : EXIT.failed
}

const HIDDEN = ', and the record masks a password that its claims depend on'
const UNFINISHED = ' (what was judged holds; it did not get to its end)'

async function judgeAndTell(record: string, out: Terminal): Promise<ScenarioRun> {
  const { run, was, isHidden, holds, isOfProgram } = await judgeRecord(record)
  const { status, plan } = run
  const differs = status !== was ? ` (the run itself was ${was}${isHidden ? HIDDEN : ''})` : holds ? '' : UNFINISHED
  out.print(`${status} ${plan.name}${plan.variant === '' ? '' : ` [${plan.variant}]`}${differs}\n`)
  if (!isOfProgram || status !== was) out.print(showFailure(run, out.color))
  return run
}

async function judgeByClaims(record: string, scenario: string, out: Terminal): Promise<readonly ScenarioRun[]> {
  const runs = await judgeByScenario(record, scenario)
  for (const run of runs) {
    const { name, variant } = run.plan
    const title = `${name}${variant === '' ? '' : ` [${variant}]`}`
    out.print(`${run.status} ${title}, held against ${dirname(record)}\n${showFailure(run, out.color)}`)
  }
  return runs
}
