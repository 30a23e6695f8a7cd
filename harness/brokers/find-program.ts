// Where a program is. Debian puts servers into /usr/sbin, which is on no ordinary user's PATH, and
// Homebrew's into a folder of its own.

import { access, constants } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import type { Environment } from './broker.ts'

const FURTHER = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin']

/**
 * The path of an executable file; null when there is none. A name with a slash is taken as it is.
 * `HIL_PROGRAM_PATH` replaces the folders that are searched after PATH; empty: none are.
 */
export async function findProgram(
  name: string,
  env: Environment,
  further: readonly string[] = furtherIn(env),
): Promise<string | null> {
  const folders = [...(env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...further]
  const candidates = isAbsolute(name) || name.includes('/') ? [name] : folders.map((folder) => join(folder, name))
  for (const candidate of candidates) {
    const runs = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return candidate
  }
  return null
}

function furtherIn(env: Environment): readonly string[] {
  const given = env.HIL_PROGRAM_PATH
  return given === undefined ? FURTHER : given.split(delimiter).filter((folder) => folder !== '')
}
