// For tests: the programs that a test needs beside Node. Where one is missing the test is skipped, and its title says
// why; where the variable CI is set nothing is skipped, and the test fails.

import { findProgram } from './find-program.ts'

export interface Needed {
  /** For `describe.skipIf` and `it.skipIf`. */
  readonly skip: boolean
  /** To be added to the title: ` (skipped: mosquitto is not installed)`; empty when nothing is skipped. */
  readonly why: string
  /** Where the programs are, in the order of the names; null for a missing one. */
  readonly paths: readonly (string | null)[]
}

/** Of several names with a bar between them, such as `chromium|google-chrome`, one is enough. */
export async function needs(...programs: readonly string[]): Promise<Needed> {
  const paths = await Promise.all(programs.map(findOneOf))
  const missing = programs.filter((_, k) => paths[k] === null).map((names) => names.replaceAll('|', ' or '))
  const skip = missing.length > 0 && !isCi()
  const why = skip ? ` (skipped: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed)` : ''
  return { skip, why, paths }
}

/** The same for something that is no program: `reason` is null when it is there. */
export function unlessMissing(reason: string | null): Pick<Needed, 'skip' | 'why'> {
  const skip = reason !== null && !isCi()
  return { skip, why: skip ? ` (skipped: ${reason})` : '' }
}

async function findOneOf(names: string): Promise<string | null> {
  for (const name of names.split('|')) {
    const found = await findProgram(name, process.env)
    if (found !== null) return found
  }
  return null
}

/** `CI=` (empty) is no CI, as in the harness itself. */
const isCi = (): boolean => (process.env.CI ?? '') !== ''
