// What package.json says of this program, wherever the built file lies.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const version = (): string => manifest()?.version ?? 'unknown'

/** The range of Node that it runs on: `>=20.19`. */
export const engines = (): string => manifest()?.engines.node ?? ''

interface Manifest {
  readonly version: string
  readonly engines: { readonly node: string }
}

function manifest(): Manifest | null {
  const folder = packageFolder()
  return folder === null ? null : (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest)
}

/** null: built files that were taken out of their package. */
export function packageFolder(): string | null {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) return null
    folder = dirname(folder)
  }
  return folder
}
