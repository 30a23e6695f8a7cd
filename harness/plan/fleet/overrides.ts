// What the command line says in place of the scenario: how many devices, how fast they come, how long
// it lasts. A plan that was compiled with them can be compiled again, on another machine as well.

import { type Duration, milliseconds, Problem } from '../../../emulators/index.ts'
import type { FleetGroup } from '../model/fleet.ts'
import type { FleetOverrides, Plan, Step } from '../model/plan.ts'

/** Throws Problem `cli/bad-count` for a group that is not there. */
export function overridden(plan: Plan, given: FleetOverrides): Plan {
  if (plan.fleet === null) return plan
  const names = plan.fleet.groups.map((group) => group.name)
  for (const name of Object.keys(given.count ?? {})) {
    if (names.includes(name) || (name === '*' && names.length === 1)) continue
    const hint = names.map((n) => `--count ${n}=N`).join(', ')
    throw new Problem(
      'cli/bad-count',
      name === '*' ? '--count N is for a fleet of one group' : `--count: unknown group ${name}`,
      { hint },
    )
  }
  const groups = plan.fleet.groups.map((group) => withOverrides(group, given))
  const fleet = { ...plan.fleet, groups, devices: groups.reduce((sum, group) => sum + group.count, 0) }
  return {
    ...plan,
    fleet,
    steps: given.duration === undefined ? plan.steps : lasting(plan.steps, milliseconds(given.duration)),
  }
}

function withOverrides(group: FleetGroup, { count, rate }: FleetOverrides): FleetGroup {
  const forever = milliseconds(Number.POSITIVE_INFINITY)
  return {
    ...group,
    count: count?.[group.name] ?? count?.['*'] ?? group.count,
    arrival:
      rate === undefined
        ? group.arrival
        : { kind: 'rates', after: milliseconds(0), steps: [{ from: rate, to: rate, for: forever }] },
  }
}

/** The longest delay lasts so long instead. */
function lasting(steps: readonly Step[], duration: Duration): readonly Step[] {
  const delays = steps.map((step) => (step.kind === 'action' && step.verb === 'delay' ? timeOf(step) : -1))
  const longest = delays.indexOf(Math.max(...delays))
  if (delays[longest]! < 0) throw new Problem('cli/no-delay', '--duration: no step of this scenario is a delay')
  return steps.map((step, k) => (k === longest && step.kind === 'action' ? { ...step, args: () => duration } : step))
}

function timeOf(step: Extract<Step, { kind: 'action' }>): number {
  try {
    return step.args({ saved: {}, i: 0 }) as number
  } catch {
    return 0
  }
}
