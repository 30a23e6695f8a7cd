// The scenario of a shard, compiled again in its own process.

import { milliseconds, Problem } from '../../../emulators/index.ts'
import { compile, type FleetPlan } from '../../plan/index.ts'
import { isError } from '../../scenario/index.ts'
import type { ShardJob } from '../coordinator/protocol.ts'

/**
 * What the project adds to mqtt-hil is loaded when the scenario needs it: most fleets do not, and it takes time and memory in each process.
 * Throws Problem `run/shard`, and `config/…` for what cannot be loaded.
 */
export async function planOf(job: ShardJob): Promise<FleetPlan> {
  const first = compiled(job)
  if ('plan' in first) return first.plan
  if (job.extensions.length > 0) {
    const { loadSources } = await import('../../config/index.ts')
    await loadSources(job.extensions)
  }
  const second = compiled(job)
  if ('plan' in second) return second.plan
  throw new Problem('run/shard', `${job.file} does not compile in a process of the fleet${second.why}`, {
    hint: 'a client, step or matcher of your own must stand in the config, or be given as the path of a module; hil worker has a config of its own',
  })
}

function compiled({
  file,
  text,
  variant,
  given,
  env,
}: ShardJob): { readonly plan: FleetPlan } | { readonly why: string } {
  const { plans, diagnostics } = compile(file, text, {
    timeout: milliseconds(given.timeout),
    vars: given.vars,
    env,
    beside: given.beside,
    ...(given.bind === undefined ? {} : { bind: given.bind }),
    seed: given.seed,
    fleet: given.fleet,
    broker: () => given.broker,
  })
  const plan = plans.find((p) => p.variant === variant)?.fleet
  if (plan !== undefined && plan !== null) return { plan }
  const first = diagnostics.all.find(isError)
  return { why: first === undefined ? '' : `: ${first.message}` }
}
