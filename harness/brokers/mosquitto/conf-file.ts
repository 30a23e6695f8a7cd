// A mosquitto.conf with the files of its include_dir in place of that line: they may have listeners as well.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Problem } from '../../../emulators/index.ts'

const INCLUDE = /^\s*include_dir\s.*$/gm

/** Throws Problem `broker/bad-options` for what cannot be read. */
export function readConf(file: string): string {
  const lines = reading(file, (path) => readFileSync(path, 'utf8')).split('\n')
  return lines
    .map((line) => {
      const [, folder] = /^\s*include_dir\s+(.*?)\s*$/.exec(line) ?? []
      return folder === undefined ? line : readFolder(resolve(dirname(file), folder))
    })
    .join('\n')
}

/** In the order of mosquitto; include_dir in one of these files says nothing. [mosquitto.conf(5)] */
function readFolder(folder: string): string {
  const names = reading(folder, (path) => readdirSync(path)).filter((name) => name.endsWith('.conf'))
  const texts = names.sort().map((name) => reading(join(folder, name), (path) => readFileSync(path, 'utf8')))
  return texts.join('\n').replaceAll(INCLUDE, '')
}

function reading<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`
    throw new Problem('broker/bad-options', `broker mosquitto: ${path} ${why}`, { cause })
  }
}
