// The folder for results. Whether it can be written is found out before anything is run, and a
// report that cannot be written is a Problem of its own, not the end of the others.

import { constants } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Problem } from '../../emulators/index.ts'
import { writeFileWhole } from '../outside/index.ts'
import { describeErrno } from '../run/index.ts'

const HINT = 'name another folder: --output FOLDER'

/** Makes the folder when it is not there. Throws Problem `report/bad-output`. */
export async function prepareOutput(folder: string): Promise<void> {
  try {
    await makeFolder(resolve(folder))
    await access(folder, constants.W_OK)
  } catch (cause) {
    const nowhere = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const why = nowhere ? 'no folder can be made there' : describeErrno(cause)
    throw new Problem('report/bad-output', `results cannot be written to ${folder}: ${why}`, {
      hint: HINT,
      cause,
    })
  }
}

/** Throws Problem `report/not-written`. */
export async function writeReport(folder: string, name: string, text: string): Promise<void> {
  const file = join(folder, name)
  try {
    await makeFolder(resolve(folder))
    await writeFileWhole(file, text)
  } catch (cause) {
    throw new Problem('report/not-written', `${file} cannot be written: ${describeErrno(cause)}`, { hint: HINT, cause })
  }
}

/** Node's own `recursive` never returns where a folder is that takes no others, as /proc is. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return
    if (code !== 'ENOENT' || (await isThere(dirname(folder)))) throw error
    await makeFolder(dirname(folder))
    await mkdir(folder)
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
