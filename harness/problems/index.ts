// The table of problems: every code that a message of hil can have, with whose fault it is, the exit code, the meaning
// and the fix. Exit codes, verdicts and `hil explain` come from it. A test reads the sources and holds them against it.

import { boards } from './boards.ts'
import type { Fault, ProblemEntry, ProblemTable } from './entry.ts'
import { environment } from './environment.ts'
import { fleet } from './fleet.ts'
import { recording } from './recording.ts'
import { scenario } from './scenario.ts'
import { usage } from './usage.ts'

export type { Fault, ProblemEntry } from './entry.ts'
export { EXIT, type ExitCode } from './exit.ts'

import { EXIT, type ExitCode } from './exit.ts'

export const problems: ProblemTable = { ...scenario, ...usage, ...environment, ...boards, ...fleet, ...recording }

/** The entry of a code; `undefined` for a code that no message has. */
export const problemEntry = (code: string): ProblemEntry | undefined =>
  Object.hasOwn(problems, code) ? problems[code] : undefined

/** Areas of the environment, for codes of a project's own brokers and boards. */
const ENVIRONMENT_AREAS = new Set(['broker', 'link', 'board', 'run'])

/** Whose fault a problem is, by its code. A code outside of the table goes by its area: `broker/my-own` is of a broker. */
export const faultOf = (code: string): Fault =>
  problemEntry(code)?.fault ?? (ENVIRONMENT_AREAS.has(code.split('/')[0]!) ? 'environment' : 'input')

const EXIT_OF_FAULT: Readonly<Record<Fault, ExitCode>> = {
  input: EXIT.usage,
  // Outside of a run a device that does not do its part is a device that is not there.
  device: EXIT.environment,
  environment: EXIT.environment,
  harness: EXIT.bug,
}

/** What a command that ends with this problem exits with. */
export const exitCodeOfProblem = (code: string): ExitCode => EXIT_OF_FAULT[faultOf(code)]
