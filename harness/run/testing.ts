// For tests: a scenario's text or file to a run on aedes, and that run's record judged again.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Duration, milliseconds } from '../../emulators/index.ts'
import { type Broker, brokers } from '../brokers/index.ts'
import { readTimeline, writeTimeline } from '../evidence/index.ts'
import { Judge, type Verdict } from '../judge/index.ts'
import { compile, type Plan } from '../plan/index.ts'
import { type ConductOptions, conduct } from './conductor.ts'
import type { ScenarioRun } from './result.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The plans of a text; throws with the first diagnostic. */
export function plansOf(text: string, file = 'test.scenario.yaml', timeout?: Duration): readonly Plan[] {
  const broker = () => ({ name: 'aedes', keepaliveSlack: milliseconds(50) })
  const { plans, diagnostics } = compile(file, text, { broker, timeout })
  const [wrong] = diagnostics.all
  if (wrong !== undefined) throw new Error(`${wrong.at.line}:${wrong.at.column} ${wrong.code}: ${wrong.message}`)
  return plans
}

export const planOf = (text: string): Plan => plansOf(text)[0]!

/** By a path from the root of the repository. */
export const plansIn = (file: string, timeout?: Duration): readonly Plan[] =>
  plansOf(readFileSync(join(ROOT, file), 'utf8'), join(ROOT, file), timeout)

export const planIn = (file: string): Plan => plansIn(file)[0]!

/** Blue with umqtt.simple, and what else is given: steps begin each with their dash. */
export const scenario = (steps: string, more = ''): string =>
  `name: test\nversion: 1\ndevices:\n  blue: { use: umqtt.simple }\n${more}\nsteps:\n${steps}\n`

export function run(plan: Plan, options: Partial<ConductOptions> = {}): ReturnType<typeof conduct> {
  const signal = new AbortController().signal
  return conduct(plan, {
    openBroker: () => brokers.aedes.open(),
    seed: 1,
    signal,
    repetition: 0,
    attempt: 0,
    ...options,
  })
}

export const runText = (text: string, options?: Partial<ConductOptions>): ReturnType<typeof conduct> =>
  run(planOf(text), options)

/** What the judge says of the record, written and read back. */
export function judgedAgain({ plan, events }: Pick<ScenarioRun, 'plan' | 'events'>): readonly Verdict[] {
  const judge = new Judge(plan)
  for (const event of readTimeline(writeTimeline({}, events)).events) judge.observe(event)
  judge.end()
  return judge.verdicts
}

/** `3 pass`, `4#1.0 fail`, in the order of decision. */
export const kindsOf = (verdicts: readonly Verdict[]): string[] => verdicts.map((v) => `${v.step} ${v.kind}`)

/** Steps and how they ended: `2 passed`. */
export const stepsOf = ({ events }: Pick<ScenarioRun, 'events'>): string[] =>
  events.flatMap((e) => (e.kind === 'step' && e.phase === 'ended' ? [`${e.step} ${e.outcome}`] : []))

/** A broker that tells what became of it. */
export class TrackedBroker {
  broker: Broker | null = null
  readonly open = async (): Promise<Broker> => {
    this.broker = await brokers.aedes.open()
    return this.broker
  }
}
