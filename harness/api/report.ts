// The page that shows a run.

import { version } from '../config/package.ts'
import { readResults, writeHtml } from '../report/index.ts'

/**
 * Makes `report.html` of a results folder, again or for the first time. `folder`: where results.json is.
 * @returns its path. Throws Problem `cli/no-results`, `report/not-written`.
 */
export const makeReport = async (folder: string): Promise<string> =>
  writeHtml(folder, await readResults(folder), version())
