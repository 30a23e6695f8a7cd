// What a scenario's devices need: programs on the PATH, or what a board is told to have. Looked for
// before anything is run.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Problem } from '../../emulators/index.ts'
import type { Plan } from '../plan/index.ts'

const isCi = (): boolean => (process.env.CI ?? '') !== ''

/** What is missing is a reason to skip; programs are not, where `CI` says that everything must be there. */
export function skipForNeeds(plan: Plan): Plan {
  if (plan.skip !== null) return plan
  const lacking = plan.devices.flatMap(({ name, needs, capabilities }) =>
    capabilities === null
      ? []
      : needs.filter((need) => !capabilities.includes(need)).map((need) => `${name} has no ${need}`),
  )
  if (lacking.length > 0) return { ...plan, skip: lacking.join(', '), unfit: true }
  const programs = plan.devices.flatMap((device) => (device.capabilities === null ? device.needs : []))
  const missing = programs.filter((program) => !onPath(program))
  if (missing.length === 0 || isCi()) return plan
  return { ...plan, skip: `it needs ${[...new Set(missing)].join(', ')}, not found on the PATH` }
}

/** `--require-hardware`: what would be skipped for it is a failure. Throws Problem `board/required`. */
export function requireHardware(plans: readonly Plan[]): void {
  const unfit = plans.find((plan) => plan.unfit)
  if (unfit === undefined) return
  throw new Problem('board/required', `"${unfit.name}" cannot be run: ${unfit.skip}`, {
    at: unfit.place,
    hint: 'without --require-hardware it is skipped',
  })
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
