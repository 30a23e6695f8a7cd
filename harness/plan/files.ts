// Which files a run means: a file as it is named, a folder with all the scenarios below it.

import { readdirSync, realpathSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, normalize, sep } from 'node:path'
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
  return scenariosIn(path, [realpathSync(path)])
}

/**
 * In a folder and below, links to folders followed, but for those that lead back: to a folder that contains the link, or
 * to one of `through`, the real folders of where it began and of the links that led here. The kind of each entry comes with its name: asking for it by stat, one after the
 * other, takes ten times as long.
 */
function scenariosIn(folder: string, through: readonly string[]): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.name.includes('node_modules')) return []
    if (entry.name.endsWith(SUFFIX)) return [path]
    if (entry.isDirectory()) return scenariosIn(path, through)
    if (!entry.isSymbolicLink() || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return []
    const real = realpathSync(path)
    const isAbove = (realpathSync(folder) + sep).startsWith(real + sep)
    return isAbove || through.includes(real) ? [] : scenariosIn(path, [...through, real])
  })
}
