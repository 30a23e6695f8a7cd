// The claims of a scenario held against a record that is not of it: a recording, or the run of another scenario.

import { dirname } from 'node:path'
import { z } from 'zod'
import { Problem, seconds } from '../../emulators/index.ts'
import { type BrokerKind, brokers } from '../brokers/index.ts'
import { devicesIn, MAX_RECORD_BYTES, readTimelineFile, type TimelineHeader } from '../evidence/index.ts'
import { actingStep, judgeInHindsight } from '../judge/index.ts'
import { judgeRecordedLoad } from '../load/index.ts'
import { type BrokerFacts, compile, type Plan } from '../plan/index.ts'
import { type RunBroker, readText, type ScenarioRun, statusOfVerdicts } from '../run/index.ts'
import { isError, renderDiagnostic } from '../scenario/index.ts'
import { checkArguments } from './doors.ts'
import { fileOf } from './judge-record.ts'
import { wrongScenarios } from './suite.ts'

/**
 * Judges a record by the claims of a scenario: a run for each combination of its matrix. `folder`: of a run or a recording, or its
 * timeline.ndjson. It opens nothing. Throws Problem `scenario/wrong` with every mistake, `cli/scenario-acts`, `cli/no-such-device`.
 */
export async function judgeByScenario(folder: string, file: string): Promise<readonly ScenarioRun[]> {
  checkArguments({ record: z.string(), scenario: z.string() }, { record: folder, scenario: file }, 'judgeByScenario')
  const record = fileOf(folder)
  const { header, events } = readTimelineFile(record, MAX_RECORD_BYTES)
  const broker = (header.broker ?? { name: '', kind: '', version: '', gaps: [] }) as RunBroker
  const text = await readText(file)
  const { plans, diagnostics, text: shown } = compile(file, text, { broker: () => factsOf(broker, header) })
  const wrong = diagnostics.all.filter(isError)
  if (wrong.length > 0)
    throw wrongScenarios(wrong.map((diagnostic) => renderDiagnostic(diagnostic, shown, { color: false })))
  const devices = devicesIn(events)
  const runs: ScenarioRun[] = []
  for (const plan of plans) {
    checkFits(plan, devices, record)
    const { verdicts: claims, events: judged } = judgeInHindsight(plan, events)
    const verdicts = [...claims, ...(await judgeRecordedLoad(plan, dirname(record)))]
    const status = statusOfVerdicts(verdicts)
    const run: ScenarioRun = {
      plan,
      status,
      broker,
      gap: null,
      load: null,
      verdicts,
      events: judged,
      problem: null,
      bug: undefined,
      seed: 0,
      startedAt: new Date(String(header.startedAt)),
      duration: events.at(-1)?.at ?? 0,
      repetition: 0,
      attempt: 0,
      artifacts: dirname(record),
    }
    runs.push(run)
  }
  return runs
}

function checkFits(plan: Plan, devices: readonly string[], record: string): void {
  const acting = actingStep(plan)
  if (acting !== null)
    throw new Problem('cli/scenario-acts', `this step does something, and what ${record} recorded is over`, {
      at: acting.place,
      hint: 'only expect and never can be held against a record; hil run performs the others',
    })
  const missing = plan.devices.find(({ name }) => !devices.includes(name))
  if (missing !== undefined)
    throw new Problem('cli/no-such-device', `nothing is recorded of ${missing.name}`, {
      at: missing.place,
      hint: devices.length === 0 ? 'nothing connected at all' : `call it as the recording does: ${devices.join(', ')}`,
    })
}

/** Of a broker that needs to be told where it is, nothing more is known than the default. */
function factsOf({ name, kind }: RunBroker, { given }: TimelineHeader): BrokerFacts {
  const known = (given as { readonly broker?: BrokerFacts } | undefined)?.broker
  if (known !== undefined) return known
  const own = (brokers as Readonly<Record<string, BrokerKind>>)[kind]
  return { name, keepaliveSlack: own?.options.safeParse({}).success ? own.keepaliveSlack() : seconds(6) }
}
