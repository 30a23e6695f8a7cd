// A recorded run found again: in its folder, by its file, or as the only one below a results folder. Whether `hil record`
// wrote it or `hil run` makes no difference here.

import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { Problem } from '../../emulators/index.ts'
import type { WrittenTimeline } from './ndjson.ts'
import { MAX_RECORD_BYTES, readTimelineFile } from './timeline-file.ts'

export const TIMELINE_FILE = 'timeline.ndjson'

export interface Recording extends WrittenTimeline {
  /** The timeline's file. */
  readonly file: string
  readonly folder: string
}

/** Throws Problem `cli/no-such-path`, `cli/no-record`, `cli/many-records` or `evidence/bad-timeline`. */
export function readRecording(path: string): Recording {
  const file = findRecording(path)
  return { file, folder: dirname(file), ...readTimelineFile(file, MAX_RECORD_BYTES) }
}

/** Where `hil run --compare` writes its records, in the results folder. */
export const COMPARE_FOLDER = 'compare'

/**
 * All timelines in a folder and below, in order; the path itself when it is one. The records of a comparison are no
 * results: they are found only when their own folder is named. Throws Problem `cli/no-such-path`.
 */
export function findRecordings(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    return (
      readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => basename(name) === TIMELINE_FILE && !isOfComparison(path, name))
        .map((name) => join(path, name))
        // No link that leads elsewhere, and nothing that is read without end.
        .filter((file) => lstatSync(file).isFile())
        .sort()
    )
  } catch (cause) {
    throw new Problem('cli/no-such-path', `${path} cannot be read: ${reason(cause)}`, {
      hint: 'name the folder that hil record or hil run wrote',
      cause,
    })
  }
}

/** Results that were written to a folder of that name have their results.json in it; a recording has its timeline there. */
function isOfComparison(path: string, name: string): boolean {
  const folders = dirname(name).split(sep)
  return folders.some((folder, k) => {
    if (folder !== COMPARE_FOLDER) return false
    const here = join(path, ...folders.slice(0, k + 1))
    return ![TIMELINE_FILE, 'results.json'].some((file) => existsSync(join(here, file)))
  })
}

function findRecording(path: string): string {
  const found = findRecordings(path)
  const own = found.find((file) => dirname(file) === join(path))
  if (own !== undefined) return own
  if (found.length === 1) return found[0]!
  if (found.length === 0)
    throw new Problem('cli/no-record', `no ${TIMELINE_FILE} in ${path} or below`, {
      hint: 'name the folder that hil record or hil run wrote',
    })
  throw new Problem('cli/many-records', `there are ${found.length} recordings below ${path}`, {
    hint: `name one of them, such as ${dirname(found[0]!)}`,
  })
}

function reason(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException
  return code === 'ENOENT' ? 'no such file or folder' : (code ?? String(cause))
}
