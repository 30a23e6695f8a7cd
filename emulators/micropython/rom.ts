// The modules of the virtual board's firmware: the .py files of `modules/`.

import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

const FOLDER = join(import.meta.dirname, 'modules')

let read: Promise<ReadonlyMap<string, string>> | null = null

/** By path, such as `umqtt/simple.py`. */
export function romModules(): Promise<ReadonlyMap<string, string>> {
  read ??= readAll()
  return read
}

async function readAll(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.py'))
  const modules = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [relative(FOLDER, path).split(sep).join('/'), await readFile(path, 'utf8')] as const
    }),
  )
  return new Map(modules)
}
