// Programs that a scenario's devices need: looked for on the PATH before anything is run.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Plan } from '../plan/index.ts'

const isCi = (process.env.CI ?? '') !== ''

/** A missing program is a reason to skip, except where `CI` says that everything must be there. */
export function skipForNeeds(plan: Plan): Plan {
  const missing = plan.devices.flatMap((device) => device.needs).filter((program) => !onPath(program))
  if (missing.length === 0 || plan.skip !== null || isCi) return plan
  return { ...plan, skip: `it needs ${[...new Set(missing)].join(', ')}, not found on the PATH` }
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
