// Modules of a project, in TypeScript or JavaScript.

import { readFile } from 'node:fs/promises'
import { plainModule } from './plain-module.ts'

/**
 * jiti for JavaScript, too: of a mistake in it, it knows the place. Nothing is cached on disk: the folder would be a shared one,
 * with names that others can guess and fill. mqtt-hil itself is the copy that runs, and no second one.
 */
export async function importModule(path: string): Promise<Record<string, unknown>> {
  if (/\.m?[jt]s$/.test(path)) {
    const plain = plainModule(path, await readFile(path, 'utf8'))
    if (plain !== null) return plain
  }
  const { createJiti } = await import('jiti')
  const options = { fsCache: false, moduleCache: false, interopDefault: false, nativeModules: ['mqtt-hil'] }
  return createJiti(import.meta.url, options).import(path)
}
