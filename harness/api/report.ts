// The page that shows a run.

import { z } from 'zod'
import { version } from '../config/package.ts'
import { readResults, writeHtml } from '../report/index.ts'

import { checkArguments } from './doors.ts'

/**
 * Makes `report.html` of a results folder, again or for the first time. `folder`: where results.json is.
 * @returns its path. Throws Problem `cli/no-results`, `report/not-written`.
 */
export async function makeReport(folder: string): Promise<string> {
  checkArguments({ folder: z.string() }, { folder }, 'makeReport')
  return writeHtml(folder, await readResults(folder), version())
}
