// Which files a run means: a file as it is named, a folder with all the scenarios below it.

import { readdir, stat } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { Problem } from '../../emulators/index.ts'

export const SUFFIX = '.scenario.yaml'

/** A file of the packs that come with the package, by the name that a command line has for it. */
export const bundledName = (file: string): string =>
  file.replace(/^(?:.*\/)?node_modules\/mqtt-hil\/scenarios\//, 'mqtt-hil/')

/** Sorted, each once. A path that is not there is a Problem. */
export async function findScenarios(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  for (const path of paths) for (const file of await below(path)) found.add(normalize(file))
  return [...found].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

async function below(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => {
    throw new Problem('cli/no-such-path', `${path} does not exist`, {
      hint: /^\d+$/.test(path)
        ? `it is taken for a path: a flag before it takes no value (-x stops after the first failure, --max-failures ${path} after ${path})`
        : `name a *${SUFFIX} file, or a folder of them`,
    })
  })
  if (!info.isDirectory()) return [path]
  const names = await readdir(path, { recursive: true })
  return names.filter((name) => name.endsWith(SUFFIX) && !name.includes('node_modules')).map((name) => join(path, name))
}
