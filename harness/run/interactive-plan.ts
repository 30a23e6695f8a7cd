// The plan of a session that is made up as it goes along: it grows with what is asked for.

import type { Verdict } from '../judge/index.ts'
import type { BrokerFacts, DevicePlan, Plan, Step } from '../plan/index.ts'

/** What a plan has of its session from the beginning. */
export type PlanFacts = Pick<Plan, 'file' | 'timeout' | 'observe'> & {
  readonly broker: BrokerFacts
  readonly seed: number
}

/** `steps` and `devices`: those so far, also when some are added later. */
export function emptyPlan(
  { file, broker, seed, timeout, observe }: PlanFacts,
  steps: readonly Step[],
  devices: readonly DevicePlan[],
): Plan {
  return {
    name: file,
    file,
    text: '',
    secrets: [],
    place: { file, line: 1, column: 1, length: 1 },
    tags: [],
    clock: null,
    description: null,
    verifies: [],
    gaps: [],
    timeout,
    variant: '',
    skip: null,
    unfit: false,
    broker: null,
    observe,
    given: { vars: {}, seed, timeout, broker },
    devices,
    fleet: null,
    slos: [],
    always: [],
    steps,
  }
}

/** Of a claim that was not to hold. */
export const turned = (verdict: Verdict): Verdict => {
  if (verdict.kind === 'inconclusive') return verdict
  return { ...verdict, kind: verdict.kind === 'pass' ? 'fail' : 'pass', expected: `no ${verdict.expected}` }
}

/** A step that is only a name for its moment. */
export const momentOf = (id: string, path: string, { place }: Plan): Step => ({
  kind: 'repeat',
  times: 0,
  steps: [],
  path,
  id,
  verb: 'delay',
  title: id,
  place,
  timeout: null,
  condition: null,
  verifies: [],
})
