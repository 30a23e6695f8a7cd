import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Where a program of this folder is that Node can run. From the sources, as in tests, it is that of the last build; null:
 * nothing is built.
 */
export function builtFile(name: string): string | null {
  const here = fileURLToPath(import.meta.url)
  const folder = here.endsWith('.ts') ? join(import.meta.dirname, '../../dist/harness/child') : import.meta.dirname
  const file = join(folder, name)
  return existsSync(file) ? file : null
}
