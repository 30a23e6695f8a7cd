// Files below a folder whose contents others may have prepared: by their real path, so that no symbolic link leads out of
// it, and written under a temporary name first, so that a link in the place of a file is replaced and not followed.

import { randomBytes } from 'node:crypto'
import { lstat, mkdir, realpath, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Problem } from '../../emulators/index.ts'

/** Whether `path` is `root` or below it. Both as they are written: links are not looked at. */
export function isWithin(root: string, path: string): boolean {
  const way = relative(resolve(root), resolve(path))
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/**
 * The real path of what is at `path`, a way from `root` that somebody else wrote down.
 * Throws Problem `results/outside` when that is not below `root`; the error of the system when nothing is there.
 */
export async function realPathWithin(root: string, path: string): Promise<string> {
  const outside = (): Problem =>
    new Problem('results/outside', `${path} is not below the folder ${root}`, {
      hint: 'a results folder names only files of its own; this one was changed by somebody',
    })
  if (isAbsolute(path) || !isWithin(root, join(root, path))) throw outside()
  const real = await realpath(join(root, path))
  if (!isWithin(await realpath(root), real)) throw outside()
  return real
}

/**
 * Removes the folder at `path`, a way from `root`, with all that is in it. A link is not followed and stays as it is.
 * @returns whether there was a folder that is really below `root`.
 */
export async function removeFolderWithin(root: string, path: string): Promise<boolean> {
  const whole = resolve(root, path)
  if (isAbsolute(path) || !isWithin(root, whole) || whole === resolve(root)) return false
  try {
    const parent = await realPathWithin(root, relative(resolve(root), dirname(whole)))
    const real = join(parent, basename(whole))
    if (!(await lstat(real)).isDirectory()) return false
    await rm(real, { recursive: true, force: true }) // which removes links below it and does not follow them
    return true
  } catch {
    return false
  }
}

/** A folder of that name in `root`, which exists. A link in its place is removed first. */
export async function makeFolderIn(root: string, name: string): Promise<string> {
  const folder = join(root, name)
  const there = await lstat(folder).catch(() => null)
  if (there?.isSymbolicLink()) await unlink(folder)
  await mkdir(folder, { recursive: true })
  return folder
}

/** Calls `write` with a temporary name beside `file`, and gives the file its own name when all is written. */
export async function throughTemporary(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await write(temporary)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}

/** Writes the file whole or not at all. */
export const writeFileWhole = (file: string, data: string | Uint8Array): Promise<void> =>
  throughTemporary(file, (temporary) => writeFile(temporary, data, { flag: 'wx' }))
