// A job: a scenario's plan with the broker that it runs on. Here is the one chain that decides what is skipped, for the
// command line, vitest and the API alike.

import type { ResolvedConfig } from '../config/index.ts'
import type { Plan } from '../plan/index.ts'
import type { SuiteJob } from '../run/index.ts'
import type { AccessArguments, SelectArguments } from './args.ts'
import {
  asNeeded,
  brokerFor,
  type ChosenBroker,
  openChosen,
  skipForBroker,
  skipForControl,
  skipForProtocol,
  skipForWebSocket,
} from './brokers.ts'
import { timed } from './clock.ts'
import { skipForNeeds } from './requirements.ts'

export interface Job {
  readonly plan: Plan
  readonly broker: ChosenBroker
  readonly clock: 'real' | 'virtual'
  /** The same with another seed, for a plan that says `seed`. */
  readonly replan?: ((seed: number) => Plan) | undefined
}

/** The job of a plan on the broker that `word` names; `undefined`: the plan's own, else the config's. */
export function jobOf(
  plan: Plan,
  word: string | undefined,
  args: AccessArguments & Pick<SelectArguments, 'clock'>,
  config: ResolvedConfig,
): Job {
  const broker = asNeeded(plan, brokerFor(plan.broker, word, args, config, plan.file))
  const spoken = skipForProtocol(skipForWebSocket(skipForBroker(plan, word, config), broker), broker)
  const fit = skipForControl(spoken, broker)
  return { broker, ...timed(skipForNeeds(fit), broker, args.clock, config.clock) }
}

/** The same job with another plan, such as one that is skipped. */
export const withPlan = (job: Job, change: (plan: Plan) => Plan): Job => ({ ...job, plan: change(job.plan) })

/** As a suite runs it: the broker is opened for each run. */
export const suiteJobOf = ({ plan, broker, clock, replan }: Job): SuiteJob => ({
  plan,
  replan,
  openBroker: () => openChosen(broker),
  clock,
})
