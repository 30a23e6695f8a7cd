// For tests: real runs of every status, on the embedded broker.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { milliseconds, Problem } from '../../emulators/index.ts'
import { type Broker, brokers } from '../brokers/index.ts'
import type { Event } from '../evidence/index.ts'
import { Judge } from '../judge/index.ts'
import { compile, type Plan } from '../plan/index.ts'
import { runSuite, type ScenarioRun, type SuiteListener, type SuiteOptions, type SuiteResult } from '../run/index.ts'

export function planFrom(file: string, text: string): Plan {
  const { plans, diagnostics } = compile(file, text, {
    broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
  })
  const [plan] = plans
  if (plan === undefined) throw new Error(diagnostics.all.map((d) => `${d.at.line}: ${d.message}`).join('\n'))
  return plan
}

/** A scenario that publishes with QoS 1; `packetId: 1` passes. */
export const publishing = (name: string, packetId: number, more = ''): string => `name: ${name}
version: 1
tags: [demo, one]
verifies: [MQTT-2.3.1-6]
${more}devices:
  blue: { use: umqtt.simple }
steps:
  - connect: blue
  - id: pub
    publish: { device: blue, topic: a/b, payload: hi, qos: 1 }
  - expect: { packet: { to: blue, type: puback, match: { packetId: ${packetId} } }, within: 100ms }
`

const LONG = `name: interrupted
version: 1
steps:
  - delay: 30s
`

export interface Suite {
  readonly output: string
  readonly plans: readonly Plan[]
  readonly listeners?: readonly SuiteListener[]
  readonly options?: Partial<SuiteOptions>
  /** Default: an aedes of its own for each run. */
  readonly openBroker?: (plan: Plan) => Promise<Broker>
}

export function run(suite: Suite): Promise<SuiteResult> {
  const { output, plans, listeners = [], options = {}, openBroker = () => brokers.aedes.open() } = suite
  return runSuite(
    plans.map((plan) => ({ plan, openBroker: () => openBroker(plan) })),
    {
      jobs: 1,
      retries: 0,
      repeatEach: 1,
      maxFailures: 0,
      seed: 7,
      globalTimeout: 0,
      output,
      signal: new AbortController().signal,
      ...options,
    },
    listeners,
  )
}

/** One passed, failed, skipped, broken and flaky; an inconclusive one is made of the passed one's record. */
export async function oneOfEach(output: string): Promise<SuiteResult> {
  const tries = new Map<string, number>()
  const result = await run({
    output,
    plans: [
      planFrom('passed.scenario.yaml', publishing('passed', 1)),
      planFrom('failed.scenario.yaml', publishing('failed', 7)),
      planFrom('skipped.scenario.yaml', publishing('skipped', 1, 'skip: no board today\n')),
      planFrom('broken.scenario.yaml', publishing('broken', 1)),
      planFrom('flaky.scenario.yaml', publishing('flaky', 1)),
    ],
    options: { retries: 1 },
    async openBroker({ name }) {
      const times = (tries.get(name) ?? 0) + 1
      tries.set(name, times)
      if (name === 'broken' || (name === 'flaky' && times === 1))
        throw new Problem('broker/unreachable', 'no answer from nowhere:1', { hint: 'check that it is running' })
      return brokers.aedes.open()
    },
  })
  const [passed] = result.scenarios
  const run_ = inconclusive(passed!.run)
  return { ...result, scenarios: [...result.scenarios, { run: run_, attempts: [run_], flaky: false }] }
}

/** Stopped in the middle, with one scenario whose turn never came. */
export function interrupted(output: string): Promise<SuiteResult> {
  const stop = new AbortController()
  return run({
    output,
    plans: [planFrom('long.scenario.yaml', LONG), planFrom('passed.scenario.yaml', publishing('never begun', 1))],
    options: { signal: stop.signal },
    listeners: [{ onScenarioBegin: () => void setTimeout(() => stop.abort(), 100) }],
  })
}

/** The same record, as a harness would have made it that stood still for ten seconds and saw PUBACK a second late. */
function inconclusive(run: ScenarioRun): ScenarioRun {
  const judge = new Judge(run.plan)
  const events = run.events.map((event): Event => {
    const late = event.kind === 'packet' && event.packet.type === 'puback' ? 1000 : 0
    return { ...event, at: (event.at + late) as Event['at'], lag: 10_000 }
  })
  for (const event of events) judge.observe(event)
  judge.end()
  return { ...run, events, verdicts: judge.verdicts, status: 'inconclusive' }
}

/** A folder for results, removed with the test. */
export class Folder implements Disposable {
  readonly path: string

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'hil-report-'))
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
